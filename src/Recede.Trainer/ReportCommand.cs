using System.CommandLine;
using Recede.Engine.Reports;
using Recede.Trainer.Options;

namespace Recede.Trainer;

/// <summary><c>recede report DIR...</c>: one page of one or several runs.</summary>
internal sealed class ReportCommand : ProgramCommand
{
    private readonly Argument<string[]> _folders = new("DIR") { Description = "the folder of a run", Arity = ArgumentArity.OneOrMore };

    private readonly Option<string> _out = OptionParsing.Make<string>(
        "--out", "FILE", $"The page. Default: {HtmlReport.FileName}, in DIR where there is one DIR, else here.",
        text => text.Length > 0 ? text : throw new FormatException("a file"));

    /// <summary>Makes the command.</summary>
    public ReportCommand() => _folders.Validators.Add(LineErrors.RefuseOptions);

    /// <inheritdoc/>
    public override string Name => "report";

    /// <inheritdoc/>
    public override string Summary => "Make one page of one or several runs.";

    /// <inheritdoc/>
    public override Argument File => _folders;

    /// <inheritdoc/>
    public override IReadOnlyList<OptionGroup> Groups => [new("Output", [_out])];

    /// <inheritdoc/>
    public override string Introduction => """
        recede report - make one page of one or several runs

        Usage: recede report DIR... [--out FILE]

        Reads the run.json that recede run --out writes into each DIR, and makes one
        HTML file that needs nothing beside it: how importances split, loss and
        accuracy, widths, and what each ratio gave. Runs that differ by their seeds
        alone are shown as one, by mean and standard deviation; others side by side.

        Examples
          recede report results                       the page that the run made too
          recede report seed-1 seed-2 seed-3 --out bounded.html
          recede report bounded-* l1-*                methods beside each other
        """;

    /// <inheritdoc/>
    public override void Execute(ParseResult line, Invocation invocation)
    {
        var folders = line.GetRequiredValue(_folders);
        Check(folders);
        var path = line.GetValue(_out) ?? (folders is [var only] ? Path.Combine(only, HtmlReport.FileName) : HtmlReport.FileName);
        HtmlReport.Save([.. folders.Select(StoredRun.OfFolder)], path);
        invocation.Output.WriteLine(path);
    }

    private static void Check(string[] folders)
    {
        if (Array.Exists(folders, folder => folder.Length == 0))
        {
            throw new UsageException($"DIR '': expected a folder that holds a {StoredRun.FileName}");
        }

        var twice = folders.GroupBy(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))).FirstOrDefault(same => same.Count() > 1);
        if (twice is not null)
        {
            throw new UsageException($"DIR {twice.First()}: expected each folder once");
        }
    }
}
