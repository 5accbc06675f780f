using System.Text;

namespace Recede.Trainer;

/// <summary>The standard output, whose errors say that it is what could not be written.</summary>
internal sealed class StandardOutput(TextWriter writer) : TextWriter
{
    /// <inheritdoc/>
    public override Encoding Encoding => writer.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Do(() => writer.Write(value));

    /// <inheritdoc/>
    public override void Write(string? value) => Do(() => writer.Write(value));

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Do(() => writer.Write(buffer, index, count));

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Do(() => writer.WriteLine(value));

    /// <inheritdoc/>
    public override void Flush() => Do(writer.Flush);

    private static void Do(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e)
        {
            throw new IOException($"standard output could not be written: {e.Message}", e);
        }
    }
}
