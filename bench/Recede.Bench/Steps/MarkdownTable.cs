namespace Recede.Bench.Steps;

/// <summary>A table in Markdown whose columns stand below one another.</summary>
internal static class MarkdownTable
{
    /// <summary>Prints it.</summary>
    public static void Print(TextWriter to, string[] head, IReadOnlyList<string[]> rows)
    {
        var widths = head.Select((cell, i) => rows.Select(row => row[i].Length).Append(cell.Length).Max()).ToArray();
        to.WriteLine(Line(head));
        to.WriteLine($"|{string.Join('|', widths.Select(width => new string('-', width + 2)))}|");
        foreach (var row in rows)
        {
            to.WriteLine(Line(row));
        }

        string Line(string[] cells) => $"| {string.Join(" | ", cells.Select((cell, i) => cell.PadRight(widths[i])))} |";
    }
}
