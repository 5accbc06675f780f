using System.Text;

namespace Recede.Engine.Reports.Html;

/// <summary>A drawing with two axes as inline SVG, with a title and a description for those who do not see it.</summary>
internal sealed class Chart
{
    /// <summary>Width of every drawing, in its own units; the page scales it.</summary>
    public const double Width = 420;

    /// <summary>Width of what is drawn between the margins.</summary>
    public const double PlotWidth = Width - MarginLeft - MarginRight;

    private const double MarginLeft = 52;
    private const double MarginRight = 12;
    private const double MarginTop = 25;
    private const double MarginBottom = 44;
    private const int SeriesStyles = 6;

    private readonly HtmlWriter _html;
    private readonly Axis _x;
    private readonly Axis _y;
    private readonly double _left;
    private readonly double _bottom;

    private Chart(HtmlWriter html, Axis x, Axis y, double height, double left)
    {
        (_html, _x, _y, _left) = (html, x, y, left);
        Height = height;
        _bottom = height - MarginBottom;
    }

    /// <summary>Height of the drawing.</summary>
    public double Height { get; }

    /// <summary>Begins a figure with a chart: title, grid, axes.</summary>
    /// <param name="html">The page.</param>
    /// <param name="title">What stands above it.</param>
    /// <param name="description">What it shows, in words and figures.</param>
    /// <param name="x">The axis below.</param>
    /// <param name="y">The axis at the left.</param>
    /// <param name="height">Its height.</param>
    /// <param name="left">Room at the left, for long labels.</param>
    public static Chart Begin(HtmlWriter html, string title, string description, Axis x, Axis y, double height = 264, double left = MarginLeft)
    {
        html.Open("figure");
        html.Element("h4", title);
        var (titleId, descriptionId) = (html.NewId(), html.NewId());
        html.Open(
            "svg", ("viewBox", $"0 0 {Numbers.Place(Width)} {Numbers.Place(height)}"), ("role", "img"),
            ("aria-labelledby", titleId), ("aria-describedby", descriptionId));
        html.Element("title", title, ("id", titleId));
        html.Element("desc", description, ("id", descriptionId));
        var chart = new Chart(html, x, y, height, left);
        chart.Frame();
        return chart;
    }

    /// <summary>The class of a series: its colour.</summary>
    public static string Series(int index) => Numbers.Text($"s{index % SeriesStyles}");

    /// <summary>Ends the figure with what stands below it: what the marks mean, where they are not the page's, and a sentence.</summary>
    public void End(string caption, IReadOnlyList<(string Name, int Series)>? legend = null)
    {
        _html.Close();
        if (legend is not null)
        {
            Legend.Write(_html, legend);
        }

        if (caption.Length > 0)
        {
            _html.Element("figcaption", caption);
        }

        _html.Close();
    }

    /// <summary>Horizontal place of a value.</summary>
    public double X(double value) => _left + _x.At(value) * (Width - MarginRight - _left);

    /// <summary>Vertical place of a value.</summary>
    public double Y(double value) => _bottom - _y.At(value) * (_bottom - MarginTop);

    /// <summary>A line through points; one that is no number breaks it.</summary>
    public void Line(IEnumerable<(double X, double Y)> points, string style)
    {
        var path = new StringBuilder();
        var isOpen = false;
        foreach (var (x, y) in points)
        {
            if (double.IsFinite(y))
            {
                path.Append(isOpen ? 'L' : 'M').Append(Numbers.Place(X(x))).Append(' ').Append(Numbers.Place(Y(y)));
            }

            isOpen = double.IsFinite(y);
        }

        if (path.Length > 0)
        {
            _html.Empty("path", ("class", "line " + style), ("d", path.ToString()));
        }
    }

    /// <summary>The area between two lines.</summary>
    public void Band(IReadOnlyList<(double X, Spread Y)> points, string style)
    {
        var known = points.Where(point => double.IsFinite(point.Y.Deviation)).ToArray();
        if (known.Length > 1)
        {
            var upper = known.Select(point => $"{Numbers.Place(X(point.X))} {Numbers.Place(Y(point.Y.High))}");
            var lower = known.Reverse().Select(point => $"{Numbers.Place(X(point.X))} {Numbers.Place(Y(point.Y.Low))}");
            _html.Empty("path", ("class", "band " + style), ("d", $"M{string.Join('L', upper.Concat(lower))}Z"));
        }
    }

    /// <summary>A mark whose shape, not its colour alone, tells the series.</summary>
    public void Mark(double x, double y, int series, string style, string tip)
    {
        if (!double.IsFinite(x) || !double.IsFinite(y))
        {
            return;
        }

        _html.Open("path", ("class", $"mark {style}"), ("d", $"M{Numbers.Place(X(x))} {Numbers.Place(Y(y))}{Shape(series)}"));
        _html.Element("title", tip);
        _html.Close();
    }

    /// <summary>A line from low to high through a mark.</summary>
    public void Whisker(double x, Spread y, string style)
    {
        if (double.IsFinite(y.Deviation))
        {
            Line([(x, y.Low), (x, y.High)], style);
        }
    }

    /// <summary>A bar that stands on the axis below.</summary>
    public void Bar(double x, double width, double y, string style, string tip)
    {
        var top = Y(y);
        _html.Open(
            "rect", ("class", style), ("x", Numbers.Place(X(x - width / 2))), ("y", Numbers.Place(top)),
            ("width", Numbers.Place(X(x + width / 2) - X(x - width / 2))), ("height", Numbers.Place(Math.Max(0, _bottom - top))));
        _html.Element("title", tip);
        _html.Close();
    }

    /// <summary>A path in the drawing's own units.</summary>
    public void Path(string path, string style) => _html.Empty("path", ("class", style), ("d", path));

    /// <summary>A vertical line over the whole height.</summary>
    public void Rule(double x) =>
        Path($"M{Numbers.Place(X(x))} {Numbers.Place(MarginTop)}V{Numbers.Place(_bottom)}", "rule");

    /// <summary>A word in the drawing's own units.</summary>
    public void Label(double x, double y, string text, string style) =>
        _html.Element("text", text, ("x", Numbers.Place(x)), ("y", Numbers.Place(y)), ("class", style));

    /// <summary>A mark's outline around the point that the pen is at.</summary>
    public static string Shape(int series) => (series % SeriesStyles) switch
    {
        0 => "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
        1 => "m-3.6 -3.6h7.2v7.2h-7.2z",
        2 => "m0 -5l5 5l-5 5l-5 -5z",
        3 => "m0 -4.8l4.6 8.4h-9.2z",
        4 => "m0 4.8l4.6 -8.4h-9.2z",
        _ => "m-1.5 -4.5h3v3h3v3h-3v3h-3v-3h-3v-3h3z",
    };

    private void Frame()
    {
        foreach (var (value, label) in _y.Ticks)
        {
            Path($"M{Numbers.Place(_left)} {Numbers.Place(Y(value))}H{Numbers.Place(Width - MarginRight)}", "grid");
            Label(_left - 6, Y(value) + 4, label, "end");
        }

        Path($"M{Numbers.Place(_left)} {Numbers.Place(_bottom)}H{Numbers.Place(Width - MarginRight)}", "axis");
        foreach (var (value, label) in _x.Ticks)
        {
            Path($"M{Numbers.Place(X(value))} {Numbers.Place(_bottom)}v4", "axis");
            Label(X(value), _bottom + 17, label, "mid");
        }

        Label((_left + Width - MarginRight) / 2, Height - 8, _x.Title, "mid name");
        Label(2, 12, _y.Title, "name");
    }
}
