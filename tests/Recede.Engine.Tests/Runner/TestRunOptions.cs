namespace Recede.Engine.Tests.Runner;

/// <summary>Which tests are run, and where it is written down.</summary>
/// <param name="Category">Their category; null for all.</param>
/// <param name="Names">Texts of which their full names hold one; none for all.</param>
/// <param name="Log">File that gets a line of JSON for every test that begins and ends; null for none.</param>
/// <param name="Json">File that gets the result; null for none.</param>
internal sealed record TestRunOptions(string? Category, IReadOnlyList<string> Names, string? Log, string? Json)
{
    /// <summary>Reads them from a command line; null where it makes no sense.</summary>
    public static TestRunOptions? Parse(IReadOnlyList<string> args)
    {
        var options = new TestRunOptions(null, [], null, null);
        for (var i = 0; i + 1 < args.Count; i += 2)
        {
            var value = args[i + 1];
            switch (args[i])
            {
                case "--category":
                    options = options with { Category = value };
                    break;
                case "--name":
                    options = options with { Names = [.. options.Names, value] };
                    break;
                case "--log":
                    options = options with { Log = value };
                    break;
                case "--json":
                    options = options with { Json = value };
                    break;
                default:
                    return null;
            }
        }

        return args.Count % 2 == 0 ? options : null;
    }
}
