namespace Recede.Engine.Reports.Html;

/// <summary>What the marks and colours mean.</summary>
internal static class Legend
{
    /// <summary>Writes it.</summary>
    public static void Write(HtmlWriter html, IReadOnlyList<(string Name, int Series)> entries)
    {
        html.Open("ul", ("class", "legend"));
        foreach (var (name, series) in entries)
        {
            html.Open("li");
            html.Open("svg", ("viewBox", "0 0 24 12"), ("width", "24"), ("height", "12"), ("aria-hidden", "true"));
            html.Empty("path", ("class", "line " + Chart.Series(series)), ("d", "M0 6H24"));
            html.Empty("path", ("class", "mark " + Chart.Series(series)), ("d", "M12 6" + Chart.Shape(series)));
            html.Close();
            html.Text(name);
            html.Close();
        }

        html.Close();
    }
}
