using System.Text;

namespace Recede.Engine.Reports.Html;

/// <summary>Writes elements that are at once HTML and well-formed XML: every element is closed, every text escaped.</summary>
internal sealed class HtmlWriter(TextWriter writer)
{
    private readonly Stack<string> _open = new();
    private int _names;

    /// <summary>Begins a page.</summary>
    public void Doctype() => writer.Write("<!DOCTYPE html>");

    /// <summary>Opens an element.</summary>
    public void Open(string tag, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Start(tag, attributes);
        writer.Write('>');
        _open.Push(tag);
    }

    /// <summary>Closes the element that was opened last.</summary>
    public void Close() => writer.Write($"</{_open.Pop()}>");

    /// <summary>An element that holds a text.</summary>
    public void Element(string tag, string text, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Open(tag, attributes);
        Text(text);
        Close();
    }

    /// <summary>An element that holds nothing.</summary>
    public void Empty(string tag, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Start(tag, attributes);
        writer.Write("/>");
    }

    /// <summary>A text.</summary>
    public void Text(string text) => writer.Write(Escaped(text));

    /// <summary>The rules of a style element, which browsers read as they stand: nothing in them may need escaping.</summary>
    public void Style(string css) => writer.Write(css);

    /// <summary>A name that no other element of the page has.</summary>
    public string NewId() => Numbers.Text($"id{++_names}");

    /// <summary>A text as HTML and XML hold it; characters that neither may hold become U+FFFD.</summary>
    public static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '<':
                    escaped.Append("&lt;");
                    break;
                case '>':
                    escaped.Append("&gt;");
                    break;
                case '&':
                    escaped.Append("&amp;");
                    break;
                case '"':
                    escaped.Append("&quot;");
                    break;
                case '\'':
                    escaped.Append("&#39;");
                    break;
                case '\t' or '\n':
                    escaped.Append(rune);
                    break;
                case < ' ' or (>= 0x7F and < 0xA0) or 0xFFFE or 0xFFFF:
                    escaped.Append(Rune.ReplacementChar);
                    break;
                default:
                    escaped.Append(rune);
                    break;
            }
        }

        return escaped.ToString();
    }

    // A line an element, so that the page can be read and compared as text.
    private void Start(string tag, ReadOnlySpan<(string Name, string Value)> attributes)
    {
        writer.Write(tag is "span" or "strong" or "code" ? "<" : "\n<");
        writer.Write(tag);
        foreach (var (name, value) in attributes)
        {
            writer.Write($" {name}=\"{Escaped(value)}\"");
        }
    }
}
