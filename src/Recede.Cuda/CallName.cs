namespace Recede.Cuda;

/// <summary>The C function in the source text of a call.</summary>
internal static class CallName
{
    /// <summary>"cuInit" of "Native.cuInit(0)"; text that is no call stays as it is.</summary>
    public static string Of(string expression)
    {
        var end = expression.IndexOf('(', StringComparison.Ordinal);
        var path = end < 0 ? expression : expression[..end];
        return path[(path.LastIndexOf('.') + 1)..].Trim();
    }
}
