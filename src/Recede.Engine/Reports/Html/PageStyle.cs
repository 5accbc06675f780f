namespace Recede.Engine.Reports.Html;

/// <summary>
/// How the page looks: light and dark, from a phone's width up, and on paper. The colours are those of Okabe and Ito, which people who see
/// fewer colours tell apart, darkened for white paper; dashes and shapes of marks say the same again.
/// </summary>
internal static class PageStyle
{
    /// <summary>The rules.</summary>
    public const string Css = """

        :root{color-scheme:light dark;--page:#fff;--card:#f5f6f8;--ink:#1b1f24;--soft:#59626d;--rule:#d8dce1;--pale:#d5dae0;
        --c0:#0072b2;--c1:#c24e00;--c2:#00805c;--c3:#a8487f;--c4:#8a6500;--c5:#56606b}
        @media screen and (prefers-color-scheme:dark){:root{--page:#14171b;--card:#1e2227;--ink:#e8eaed;--soft:#a3acb7;--rule:#373d45;
        --pale:#3d454f;--c0:#56b4e9;--c1:#f0853e;--c2:#2cc79a;--c3:#e08fbd;--c4:#f0c94a;--c5:#b4bec9}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        main{max-width:72rem;margin:0 auto;padding:1.5rem 1rem 3rem}
        h1{font-size:1.6rem;line-height:1.25;margin:0 0 .5rem;overflow-wrap:anywhere}
        h2{font-size:1.25rem;margin:2.2rem 0 .6rem;padding-top:.6rem;border-top:1px solid var(--rule)}
        h3{font-size:1.05rem;margin:1.4rem 0 .4rem;overflow-wrap:anywhere}
        h4{font-size:.95rem;margin:0 0 .3rem;overflow-wrap:anywhere}
        p{margin:.4rem 0;max-width:68ch}
        .lead,.note,figcaption{color:var(--soft)}
        .note,figcaption{font-size:.85rem}
        .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:1.4rem 1.8rem;margin:1rem 0}
        figure{margin:0;min-width:0;max-width:36rem}
        svg{display:block;width:100%;height:auto;overflow:visible}
        svg text{fill:var(--soft);font-size:12px}
        svg .name{fill:var(--ink)}
        svg .mid{text-anchor:middle}
        svg .end{text-anchor:end}
        .grid{stroke:var(--rule);stroke-width:1}
        .axis{stroke:var(--soft);stroke-width:1}
        .rule{stroke:var(--soft);stroke-width:1;stroke-dasharray:2 3}
        .s0{--c:var(--c0)}.s1{--c:var(--c1)}.s2{--c:var(--c2)}.s3{--c:var(--c3)}.s4{--c:var(--c4)}.s5{--c:var(--c5)}
        .line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round}
        .line.dash{stroke-dasharray:5 4;stroke-width:1.6}
        .line.thin{stroke:var(--rule);stroke-width:2}
        .band{fill:var(--c);fill-opacity:.2}
        .mark{fill:var(--c);stroke:var(--page);stroke-width:1}
        .mark.hollow{fill:var(--page);stroke:var(--c);stroke-width:1.6}
        .ridge{fill:var(--page);fill:color-mix(in srgb,var(--c) 22%,var(--page));stroke:var(--c);stroke-width:1.5;stroke-linejoin:round}
        .pale{fill:var(--pale)}
        .full{fill:var(--c)}
        .legend,.cards{list-style:none;margin:.6rem 0;padding:0;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;font-size:.9rem}
        .legend li{display:flex;align-items:center;gap:.4rem;overflow-wrap:anywhere}
        .legend svg{flex:none;width:24px;height:12px}
        .cards{gap:.8rem;margin:1rem 0}
        .cards li{background:var(--card);border:1px solid var(--rule);border-radius:.5rem;padding:.7rem 1rem;flex:1 1 12rem;max-width:22rem}
        .cards p{margin:0}
        .cards .figure{font-size:1.7rem;font-weight:600;line-height:1.3}
        .scroll{overflow-x:auto;margin:1rem 0}
        .scroll:focus-visible{outline:2px solid var(--c0);outline-offset:2px}
        table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums}
        caption{text-align:left;font-weight:600;padding-bottom:.3rem}
        th,td{padding:.3rem .7rem;text-align:right;border-bottom:1px solid var(--rule);white-space:nowrap}
        thead th{white-space:normal;vertical-align:bottom;color:var(--soft);font-weight:600}
        tbody th{font-weight:600}
        th.text,td.text{text-align:left}
        th.group{background:var(--card);white-space:normal}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;font-size:.9rem;margin:.6rem 0}
        dt{color:var(--soft)}
        dd{margin:0;overflow-wrap:anywhere}
        @media print{html{font-size:10pt}main{max-width:none;padding:0}.scroll{overflow:visible}table{font-size:7.5pt}th,td{padding:.15rem .35rem}
        .charts{grid-template-columns:1fr 1fr}figure,tr,.cards li,dl{break-inside:avoid}h2,h3{break-after:avoid}svg,.cards li,.pale,.full,th.group{print-color-adjust:exact;-webkit-print-color-adjust:exact}}

        """;
}
