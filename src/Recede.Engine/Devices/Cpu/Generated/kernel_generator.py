"""Writes the convolution micro-kernels, TileKernels.cs, RowKernels.cs, PlanarKernels.cs, FilterGradientKernels.cs,
PlanarGradientKernels.cs and PanelKernels.cs, beside itself.

They are plain loops, unrolled so that every accumulator is a local variable, which the just-in-time compiler
keeps in a register. The locals are the runtime's own vectors: wrapped in a struct (ISimd), the compiler of .NET 10
adds a copy to most multiply-adds and spills some accumulators.
"""
import pathlib

HEADER = """// Written by kernel_generator.py, which stands beside this file: change that.
#nullable enable
using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu.Generated;

"""
OPTIMISED = "    [MethodImpl(MethodImplOptions.AggressiveOptimization)]"


def tile(pixels, vectors, sets):
    """pixels x vectors of the output; `sets` accumulators each, where latency would show with one."""
    out = []
    o = out.append
    o(OPTIMISED)
    o(f"    public static void Tile{pixels}x{vectors}<TV, TOps>(")
    o("        in TileArguments a, byte* x, int* pixels, float* w, float* y, bool accumulate)")
    o("        where TV : unmanaged")
    o("        where TOps : struct, IVectorOps<TV>")
    o("    {")
    for p in range(pixels):
        o(f"        byte* x{p} = x + pixels[{p}];")
    for p in range(pixels):
        for v in range(vectors):
            for s in range(sets):
                o(f"        TV c{p}{v}{s} = TOps.Zero;")
    o("        int* taps = a.Taps;")
    o("        int tapCount = a.TapCount;")
    o("        nint wv = a.WeightVector;")
    o("        nint block = 0;")
    o("        int blocks = a.Blocks;")
    o("        do")
    o("        {")
    o("            blocks--;")
    o("            int rows = blocks == 0 ? a.LastRows : Simd.Lanes;")
    o("            int t = 0;")
    o("            do")
    o("            {")
    o("                nint k = block + taps[t];")
    o("                int n = rows;")

    def step(u):
        indent = " " * 20
        for v in range(vectors):
            at = [f"{u} * Simd.Lanes"] if u else []
            at += ["wv"] if v == 1 else [f"({v} * wv)"] if v else []
            o(f"{indent}TV w{u}{v} = TOps.Load(" + " + ".join(["w"] + [f"({x})" if "*" in x and x[0] != "(" else x for x in at]) + ");")
        for p in range(pixels):
            at = f"x{p} + k" + (f" + {4 * u}" if u else "")
            o(f"{indent}TV v{u}{p} = TOps.Broadcast(*(float*)({at}));")
            for v in range(vectors):
                c = f"c{p}{v}{u % sets}"
                o(f"{indent}{c} = TOps.Fma(v{u}{p}, w{u}{v}, {c});")

    o("                while (n >= 4)")
    o("                {")
    for u in range(4):
        step(u)
    o("                    k += 4 * sizeof(float);")
    o("                    w += 4 * Simd.Lanes;")
    o("                    n -= 4;")
    o("                }")
    o("")
    for rest in (2, 1):
        o(f"                if (n >= {rest})" if rest > 1 else "                if (n > 0)")
        o("                {")
        for u in range(rest):
            step(u)
        if rest > 1:
            o(f"                    k += {rest} * sizeof(float);")
        o("                    w += " + (f"{rest} * " if rest > 1 else "") + "Simd.Lanes;")
        if rest > 1:
            o(f"                    n -= {rest};")
        o("                }")
        o("")
    o("                t++;")
    o("            }")
    o("            while (t < tapCount);")
    o("")
    o("            block += a.BlockBytes;")
    o("        }")
    o("        while (blocks > 0);")
    o("")

    def at(p, v):
        parts = ["y"] + ([f"({p} * Simd.Lanes)"] if p else []) + (["yv"] if v == 1 else [f"({v} * yv)"] if v else [])
        return " + ".join(parts)

    if vectors > 1:
        o("        nint yv = a.OutputVector;")
    if sets > 1:
        for p in range(pixels):
            for v in range(vectors):
                for s in range(1, sets):
                    o(f"        c{p}{v}0 = TOps.Add(c{p}{v}0, c{p}{v}{s});")
    o("        if (accumulate)")
    o("        {")
    for p in range(pixels):
        for v in range(vectors):
            o(f"            c{p}{v}0 = TOps.Add(c{p}{v}0, TOps.Load({at(p, v)}));")
    o("        }")
    o("")
    for p in range(pixels):
        for v in range(vectors):
            o(f"        TOps.Store(c{p}{v}0, {at(p, v)});")
    o("    }")
    return "\n".join(out)


def row(runs, vectors):
    """`runs` runs of 8 neighbouring pixels x vectors of the output, 3 neighbouring taps at a time: an input is broadcast once for all three."""
    pixels = 8
    out = []
    o = out.append
    o(OPTIMISED)
    o(f"    public static void Row{runs}x{vectors}<TV, TOps>(")
    o("        in TileArguments a, byte* x, int* pixels, float* w, float* y, bool accumulate)")
    o("        where TV : unmanaged")
    o("        where TOps : struct, IVectorOps<TV>")
    o("    {")
    for r in range(runs):
        o(f"        byte* x{r} = x + pixels[{8 * r}];" if r else "        byte* x0 = x + pixels[0];")
    c = lambda r, p, v: f"c{r}{p}{v}"
    for r in range(runs):
        for p in range(pixels):
            for v in range(vectors):
                o(f"        TV {c(r, p, v)} = TOps.Zero;")
    o("        int* taps = a.Taps;")
    o("        int tapCount = a.TapCount;")
    if vectors > 1:
        o("        nint wv = a.WeightVector;")
    o("        nint block = 0;")
    o("        int blocks = a.Blocks;")
    o("        do")
    o("        {")
    o("            blocks--;")
    o("            int rows = blocks == 0 ? a.LastRows : Simd.Lanes;")
    o("            nint tap = (nint)rows * Simd.Lanes;")
    o("            int t = 0;")
    o("            do")
    o("            {")
    o("                // The tap of the leftmost input comes first; turned filters have it last.")
    o("                bool isTurned = taps[t] > taps[t + 1];")
    o("                nint k = block + (isTurned ? taps[t + 2] : taps[t]);")
    o("                float* w0 = isTurned ? w + (2 * tap) : w;")
    o("                float* w1 = w + tap;")
    o("                float* w2 = isTurned ? w : w + (2 * tap);")
    o("                int n = rows;")
    o("                do")
    o("                {")
    indent = " " * 20
    for t in range(3):
        for v in range(vectors):
            o(f"{indent}TV w{t}{v} = TOps.Load(w{t}" + (" + wv" if v else "") + ");")
    for i in range(pixels + 2):
        for r in range(runs):
            o(f"{indent}TV v{r}{i} = TOps.Broadcast(*(float*)(x{r} + k" + (f" + ({i} * Simd.Lanes * sizeof(float))" if i else "") + "));")
            for t in range(2, -1, -1):
                p = i - t
                if 0 <= p < pixels:
                    for v in range(vectors):
                        o(f"{indent}{c(r, p, v)} = TOps.Fma(v{r}{i}, w{t}{v}, {c(r, p, v)});")
    o("                    k += sizeof(float);")
    for t in range(3):
        o(f"                    w{t} += Simd.Lanes;")
    o("                    n--;")
    o("                }")
    o("                while (n > 0);")
    o("")
    o("                w += 3 * tap;")
    o("                t += 3;")
    o("            }")
    o("            while (t < tapCount);")
    o("")
    o("            block += a.BlockBytes;")
    o("        }")
    o("        while (blocks > 0);")
    o("")

    def at(r, p, v):
        q = (8 * r) + p
        return " + ".join(["y"] + ([f"({q} * Simd.Lanes)"] if q else []) + (["yv"] if v else []))

    if vectors > 1:
        o("        nint yv = a.OutputVector;")
    places = [(r, p, v) for r in range(runs) for p in range(pixels) for v in range(vectors)]
    o("        if (accumulate)")
    o("        {")
    for q in places:
        o(f"            {c(*q)} = TOps.Add({c(*q)}, TOps.Load({at(*q)}));")
    o("        }")
    o("")
    for q in places:
        o(f"        TOps.Store({c(*q)}, {at(*q)});")
    o("    }")
    return "\n".join(out)


def planar(vectors, outputs):
    """vectors of neighbouring pixels x outputs, whose weights are broadcast."""
    out = []
    o = out.append
    o(OPTIMISED)
    o(f"    public static void Pixels{vectors}x{outputs}<TV, TOps>(in PlanarArguments a, float* x, float* w, float* y)")
    o("        where TV : unmanaged")
    o("        where TOps : struct, IVectorOps<TV>")
    o("    {")
    for q in range(outputs):
        for v in range(vectors):
            o(f"        TV c{q}{v} = TOps.Zero;")
    o("        nint lanes = sizeof(TV) / sizeof(float);")
    o("        nint plane = a.Plane;")
    o("        int* taps = a.Taps;")
    o("        int tapCount = a.TapCount;")
    o("        int blocks = a.Blocks;")
    o("        do")
    o("        {")
    o("            blocks--;")
    o("            int rows = blocks == 0 ? a.LastRows : Simd.Lanes;")
    o("            int t = 0;")
    o("            do")
    o("            {")
    o("                float* from = x + taps[t];")
    o("                int n = rows;")
    o("                do")
    o("                {")
    indent = " " * 20
    for v in range(vectors):
        o(f"{indent}TV x{v} = TOps.Load(from" + (" + lanes" if v == 1 else f" + ({v} * lanes)" if v else "") + ");")
    for q in range(outputs):
        o(f"{indent}TV w{q} = TOps.Broadcast(" + (f"w[{q}]" if q else "*w") + ");")
        for v in range(vectors):
            o(f"{indent}c{q}{v} = TOps.Fma(x{v}, w{q}, c{q}{v});")
    o("                    from += plane;")
    o("                    w += Simd.Lanes;")
    o("                    n--;")
    o("                }")
    o("                while (n > 0);")
    o("")
    o("                t++;")
    o("            }")
    o("            while (t < tapCount);")
    o("")
    o("            x += Simd.Lanes * plane;")
    o("        }")
    o("        while (blocks > 0);")
    o("")
    o("        nint yPlane = a.OutputPlane;")
    for q in range(outputs):
        for v in range(vectors):
            o(f"        TOps.Store(c{q}{v}, y" + (" + lanes" if v == 1 else f" + ({v} * lanes)" if v else "") + ");")
        if q < outputs - 1:
            o("        y += yPlane;")
    o("    }")
    return "\n".join(out)


def gradient(rows, vectors, sets=1):
    """rows input channels x vectors of output channels of the filter, summed over pixels; `sets` accumulators each."""
    out = []
    o = out.append
    o(OPTIMISED)
    o(f"    public static void Rows{rows}x{vectors}<TV, TOps>(")
    o("        in FilterGradientArguments a, byte* x, int* xPixels, byte* dy, int* dyPixels, int count, float* dw, int rows, bool add)")
    o("        where TV : unmanaged")
    o("        where TOps : struct, IVectorOps<TV>")
    o("    {")
    name = (lambda r, v, s: f"c{r}{v}" if sets == 1 else f"c{r}{v}{s}") if rows < 10 else (lambda r, v, s: f"c{r}_{v}")
    for r in range(rows):
        for v in range(vectors):
            for s in range(sets):
                o(f"        TV {name(r, v, s)} = TOps.Zero;")
    c = lambda r, v: name(r, v, 0)

    def pixel(indent, t, s):
        """One pixel's products; the locals of the second are named apart."""
        mark = "" if s == 0 else "h"
        o(f"{indent}byte* g{mark} = dy + dyPixels[{t}];")
        o(f"{indent}byte* k{mark} = x + xPixels[{t}];")
        for v in range(vectors):
            o(f"{indent}TV g{mark}{v} = TOps.Load((float*)" + (f"(g{mark} + dyv)" if v == 1 else f"g{mark}") + ");")
        for r in range(rows):
            o(f"{indent}TV v{mark}{r} = TOps.Broadcast(*(float*)" + (f"(k{mark} + {4 * r})" if r else f"k{mark}") + ");")
            for v in range(vectors):
                o(f"{indent}{name(r, v, s)} = TOps.Fma(v{mark}{r}, g{mark}{v}, {name(r, v, s)});")

    if vectors > 1:
        o("        nint dyv = a.DyVectorBytes;")
    o("        nint t = 0;")
    if sets == 1:
        o("        do")
        o("        {")
        pixel(" " * 12, "t", 0)
        o("            t++;")
        o("        }")
        o("        while (t < count);")
    else:
        o("        for (; t + 1 < count; t += 2)")
        o("        {")
        pixel(" " * 12, "t", 0)
        pixel(" " * 12, "t + 1", 1)
        o("        }")
        o("")
        o("        if (t < count)")
        o("        {")
        pixel(" " * 12, "t", 0)
        o("        }")
        o("")
        for r in range(rows):
            for v in range(vectors):
                o(f"        {name(r, v, 0)} = TOps.Add({name(r, v, 0)}, {name(r, v, 1)});")
    o("")
    if vectors > 1:
        o("        nint dwv = a.DwVector;")

    def at(r, v):
        return " + ".join(["dw"] + ([f"({r} * Simd.Lanes)"] if r else []) + (["dwv"] if v == 1 else []))

    o("        if (add)")
    o("        {")
    for r in range(rows):
        inside = [f"{c(r, v)} = TOps.Add({c(r, v)}, TOps.Load({at(r, v)}));" for v in range(vectors)]
        if r == 0:
            for line in inside:
                o(f"            {line}")
        else:
            o(f"            if (rows > {r})")
            o("            {")
            for line in inside:
                o(f"                {line}")
            o("            }")
        if r < rows - 1:
            o("")
    o("        }")
    for r in range(rows):
        o("")
        inside = [f"TOps.Store({c(r, v)}, {at(r, v)});" for v in range(vectors)]
        if r == 0:
            for line in inside:
                o(f"        {line}")
        else:
            o(f"        if (rows > {r})")
            o("        {")
            for line in inside:
                o(f"            {line}")
            o("        }")
    o("    }")
    return "\n".join(out)


def gradient_row(rows):
    """rows input channels x 3 neighbouring taps of one vector of output channels, summed over runs of 8 neighbouring pixels."""
    pixels = 8
    out = []
    o = out.append
    o(OPTIMISED)
    o(f"    public static void Taps3x{rows}<TV, TOps>(byte* x, int* xPixels, byte* dy, int* dyPixels, int count, float* dw, nint tap, int rows, bool add)")
    o("        where TV : unmanaged")
    o("        where TOps : struct, IVectorOps<TV>")
    o("    {")
    for t in range(3):
        for r in range(rows):
            o(f"        TV c{t}{r} = TOps.Zero;")
    o("        nint n = 0;")
    o("        do")
    o("        {")
    o("            byte* g = dy + dyPixels[n];")
    o("            byte* k = x + xPixels[n];")
    for p in range(pixels):
        o(f"            TV g{p} = TOps.Load((float*)" + (f"(g + ({p} * Simd.Lanes * sizeof(float)))" if p else "g") + ");")
    for i in range(pixels + 2):
        for r in range(rows):
            at = " + ".join(["k"] + ([f"({i} * Simd.Lanes * sizeof(float))"] if i else []) + ([f"{4 * r}"] if r else []))
            o(f"            TV v{i}{r} = TOps.Broadcast(*(float*)" + (f"({at})" if "+" in at else at) + ");")
            for t in range(3):
                if 0 <= i - t < pixels:
                    o(f"            c{t}{r} = TOps.Fma(v{i}{r}, g{i - t}, c{t}{r});")
    o(f"            n += {pixels};")
    o("        }")
    o("        while (n < count);")
    for t in range(3):
        o("")
        o("        if (add)")
        o("        {")
        for r in range(rows):
            line = f"c{t}{r} = TOps.Add(c{t}{r}, TOps.Load(dw" + (f" + ({r} * Simd.Lanes)" if r else "") + "));"
            if r:
                o(f"            c{t}{r} = rows > {r} ? TOps.Add(c{t}{r}, TOps.Load(dw + ({r} * Simd.Lanes))) : c{t}{r};")
            else:
                o("            " + line)
        o("        }")
        for r in range(rows):
            o("")
            if r:
                o(f"        if (rows > {r})")
                o("        {")
                o(f"            TOps.Store(c{t}{r}, dw + ({r} * Simd.Lanes));")
                o("        }")
            else:
                o(f"        TOps.Store(c{t}0, dw);")
        if t < 2:
            o("")
            o("        dw += tap;")
    o("    }")
    return "\n".join(out)


def planar_gradient(inputs, outputs):
    """inputs (a channel seen from a tap each) x output gradients, summed over pixels, which are the lanes."""
    out = []
    o = out.append
    at = lambda k, q: " + ".join(["sums"] + ([f"({k} * row)" if k > 1 else "row"] if k else []) + ([f"({q} * Simd.Lanes)" if q > 1 else "Simd.Lanes"] if q else []))
    o(OPTIMISED)
    o(f"    public static void Inputs{inputs}x{outputs}<TV, TOps>(float* x, int* offsets, float* dy, nint plane, nint count, float* sums, nint row)")
    o("        where TV : unmanaged")
    o("        where TOps : struct, IVectorOps<TV>")
    o("    {")
    o("        nint lanes = sizeof(TV) / sizeof(float);")
    for k in range(inputs):
        o(f"        float* x{k} = x + offsets[{k}];")
    for q in range(1, outputs):
        o(f"        float* dy{q} = dy + " + (f"({q} * plane);" if q > 1 else "plane;"))
    for k in range(inputs):
        for q in range(outputs):
            o(f"        TV c{k}{q} = TOps.Load({at(k, q)});")
    o("        nint p = 0;")
    o("        do")
    o("        {")
    for q in range(outputs):
        o(f"            TV g{q} = TOps.Load(dy{q if q else ''} + p);")
    for k in range(inputs):
        o(f"            TV v{k} = TOps.Load(x{k} + p);")
        for q in range(outputs):
            o(f"            c{k}{q} = TOps.Fma(v{k}, g{q}, c{k}{q});")
    o("            p += lanes;")
    o("        }")
    o("        while (p < count);")
    o("")
    for k in range(inputs):
        for q in range(outputs):
            o(f"        TOps.Store(c{k}{q}, {at(k, q)});")
    o("    }")
    return "\n".join(out)


def product(rows, vectors):
    """rows x vectors of c, summed over the steps that a and b have in common."""
    out = []
    o = out.append
    o(OPTIMISED)
    o(f"    public static void Panel{rows}x{vectors}<TV, TOps>(in PanelArguments p, float* a, float* b, float* c)")
    o("        where TV : unmanaged")
    o("        where TOps : struct, IVectorOps<TV>")
    o("    {")
    name = (lambda r, v: f"c{r}{v}") if rows < 10 else (lambda r, v: f"c{r}_{v}")
    for r in range(rows):
        for v in range(vectors):
            o(f"        TV {name(r, v)} = TOps.Zero;")
    o("        nint row = p.ARow;")
    o("        nint aStep = p.AStep;")
    o("        nint bStep = p.BStep;")
    o("        nint lanes = sizeof(TV) / sizeof(float);")
    for r in range(3, rows, 3):
        o(f"        float* a{r} = a{r - 3 if r > 3 else ''} + (3 * row);")
    o("        int n = p.Count;")
    o("        do")
    o("        {")
    for v in range(vectors):
        o(f"            TV b{v} = TOps.Load(b" + (" + lanes" if v == 1 else f" + ({v} * lanes)" if v else "") + ");")
    for r in range(rows):
        base = f"a{r - r % 3}" if r >= 3 else "a"
        at = f"*{base}" if r % 3 == 0 else f"*({base} + row)" if r % 3 == 1 else f"*({base} + (2 * row))"
        o(f"            TV v{r} = TOps.Broadcast({at});")
        for v in range(vectors):
            o(f"            {name(r, v)} = TOps.Fma(v{r}, b{v}, {name(r, v)});")
    o("            a += aStep;")
    for r in range(3, rows, 3):
        o(f"            a{r} += aStep;")
    o("            b += bStep;")
    o("            n--;")
    o("        }")
    o("        while (n > 0);")
    o("")
    o("        nint cRow = p.CRow;")
    o("        if (p.Add)")
    o("        {")
    o("            float* t = c;")
    for r in range(rows):
        for v in range(vectors):
            at = "t" + (" + lanes" if v == 1 else f" + ({v} * lanes)" if v else "")
            o(f"            {name(r, v)} = TOps.Add({name(r, v)}, TOps.Load({at}));")
        if r < rows - 1:
            o("            t += cRow;")
    o("        }")
    o("")
    for r in range(rows):
        for v in range(vectors):
            at = "c" + (" + lanes" if v == 1 else f" + ({v} * lanes)" if v else "")
            o(f"        TOps.Store({name(r, v)}, {at});")
        if r < rows - 1:
            o("        c += cRow;")
    o("    }")
    return "\n".join(out)


def write(name, summary, bodies):
    path = pathlib.Path(__file__).with_name(name + ".cs")
    text = f"{HEADER}/// <summary>{summary}</summary>\ninternal static unsafe class {name}\n{{\n"
    path.write_text(text + "\n\n".join(bodies) + "\n}\n", newline="\n")


write(
    "TileKernels",
    "Pixels x vectors of output channels, summed over input channels and taps in registers.",
    [tile(8, 2, 1), tile(8, 1, 2), tile(4, 2, 1)])
write(
    "RowKernels",
    "Runs of 8 neighbouring pixels x vectors of output channels, summed over input channels and rows of 3 taps in registers.",
    [row(2, 1), row(1, 2)])
write(
    "PlanarKernels",
    "Vectors of neighbouring pixels x output channels, summed over input channels and taps in registers.",
    [planar(3, outputs) for outputs in (4, 3, 2, 1)])
write(
    "FilterGradientKernels",
    "Input channels (rows) x vectors of output channels of one tap of the filter, summed over pixels in registers.",
    [gradient(8, 2), gradient(16, 1), gradient(8, 1), gradient(4, 1, 2), gradient(4, 2), gradient_row(4)])
write(
    "PlanarGradientKernels",
    "Inputs (a channel seen from a tap each) x output gradients, summed over pixels, which are the lanes.",
    [planar_gradient(inputs, outputs) for inputs, outputs in ((6, 4), (6, 3), (6, 2), (6, 1), (3, 4), (3, 3))])
write(
    "PanelKernels",
    "Rows x vectors of the product of two panels, summed in registers.",
    [product(6, 4), product(4, 4), product(8, 3), product(8, 2), product(4, 2), product(16, 1), product(6, 2)])
