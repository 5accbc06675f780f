namespace Recede.Engine.Reports.Html;

/// <summary>A table that scrolls sideways where the screen is narrow, with its headings told to screen readers.</summary>
internal static class DataTable
{
    /// <summary>Begins it: caption and headings.</summary>
    /// <param name="html">The page.</param>
    /// <param name="caption">What it holds.</param>
    /// <param name="headings">The columns.</param>
    /// <param name="texts">How many of the first columns hold words; the others hold numbers.</param>
    public static void Begin(HtmlWriter html, string caption, IReadOnlyList<string> headings, int texts = 1)
    {
        html.Open("div", ("class", "scroll"), ("role", "region"), ("aria-label", caption), ("tabindex", "0"));
        html.Open("table");
        html.Element("caption", caption);
        html.Open("thead");
        html.Open("tr");
        for (var column = 0; column < headings.Count; column++)
        {
            Cell(html, "th", headings[column], column < texts, ("scope", "col"));
        }

        html.Close();
        html.Close();
    }

    /// <summary>A row.</summary>
    public static void Row(HtmlWriter html, string heading, IReadOnlyList<string> cells, int texts = 1)
    {
        html.Open("tr");
        Cell(html, "th", heading, true, ("scope", "row"));
        for (var column = 0; column < cells.Count; column++)
        {
            Cell(html, "td", cells[column], column + 1 < texts);
        }

        html.Close();
    }

    /// <summary>A row that says what the rows below it belong to.</summary>
    public static void Heading(HtmlWriter html, string text, int columns)
    {
        html.Open("tr");
        html.Element("th", text, ("scope", "rowgroup"), ("class", "text group"), ("colspan", Numbers.Text($"{columns}")));
        html.Close();
    }

    /// <summary>Ends it.</summary>
    public static void End(HtmlWriter html)
    {
        html.Close();
        html.Close();
    }

    private static void Cell(HtmlWriter html, string tag, string text, bool isText, params ReadOnlySpan<(string, string)> attributes) =>
        html.Element(tag, text, isText ? [.. attributes, ("class", "text")] : attributes);
}
