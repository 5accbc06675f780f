using Recede.Engine.Reports;
using Recede.Engine.Tests.Data;
using Recede.Engine.Tests.Reports;

namespace Recede.Engine.Tests.Trainer;

/// <summary><c>recede report</c>.</summary>
public sealed class ReportCommandTests
{
    private TemporaryFolder _folder = null!;
    private string _first = null!;
    private string _second = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        (_first, _second) = (Path.Combine(_folder.Path, "first"), Path.Combine(_folder.Path, "second"));
        Directory.CreateDirectory(_first);
        Directory.CreateDirectory(_second);
        RunJson.Save(SampleRuns.Report() with { Seed = 1 }, Path.Combine(_first, "run.json"));
        RunJson.Save(SampleRuns.Report() with { Seed = 2 }, Path.Combine(_second, "run.json"));
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void One_run_gets_its_page_beside_it()
    {
        var page = Path.Combine(_first, "report.html");

        var run = ProgramRun.Of("report", _first);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        Assert.That(run.OutputLines, Is.EqualTo(new[] { page }));
        Assert.That(File.ReadAllText(page), Does.Contain("Method bounded, seed 1:"));
    }

    [Test]
    public void Several_runs_get_a_page_where_it_was_asked_for()
    {
        var page = Path.Combine(_folder.Path, "both.html");

        var run = ProgramRun.Of("report", _first, _second, "--out", page);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        Assert.That(File.ReadAllText(page), Does.Contain("Method bounded, seeds 1, 2:"));
        Assert.That(Directory.GetFiles(_first).Concat(Directory.GetFiles(_second)), Has.Exactly(2).Items);
    }

    [Test]
    public void A_folder_without_a_run_or_with_a_broken_one_is_told_and_leaves_no_page()
    {
        var page = Path.Combine(_folder.Path, "both.html");
        var file = Path.Combine(_second, "run.json");
        File.WriteAllText(file, "{");
        Fails("is no JSON");
        File.WriteAllText(file, """{ "format": "recede-run", "version": 2 }""");
        Fails("is of version 2; this program reads version 1");
        File.Delete(file);
        Fails("is not there");

        void Fails(string why)
        {
            var run = ProgramRun.Of("report", _first, _second, "--out", page);
            Assert.That(run.ExitCode, Is.EqualTo(1));
            Assert.That(run.ErrorLines, Has.Length.EqualTo(1));
            Assert.That(run.Error, Does.StartWith($"recede: {file}").And.Contain(why));
            Assert.That(page, Does.Not.Exist);
        }
    }

    [Test]
    public void A_page_that_cannot_be_written_is_told()
    {
        var page = Path.Combine(_folder.Path, "gone", "page.html");

        var run = ProgramRun.Of("report", _first, "--out", page);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.StartWith($"recede: {page} could not be written: "));
    }

    [Test]
    public void Wrong_lines_are_usage_errors()
    {
        foreach (var (args, expected) in ((string[], string)[])
            [
                (["report"], "a DIR is missing, the folder of a run; see recede report --help"),
                (["report", ""], "DIR '': expected a folder"),
                (["report", _first, _first + Path.DirectorySeparatorChar], "expected each folder once"),
                (["report", _first, "--out", ""], "--out '': expected a file"),
                (["report", _first, "--output", "x"], "'--output' is not known here; did you mean --out?"),
                (["report", "--output", _first], "'--output' is not known here; did you mean --out?"),
            ])
        {
            var run = ProgramRun.Of(args);
            Assert.That(run.ExitCode, Is.EqualTo(2), string.Join(' ', args));
            Assert.That(run.ErrorLines, Has.Length.EqualTo(1));
            Assert.That(run.Error, Does.Contain(expected));
        }
    }

    [Test]
    public void Help_tells_what_it_takes()
    {
        var help = ProgramRun.Of("report", "--help");

        Assert.That(help.ExitCode, Is.Zero);
        Assert.That(help.Output, Does.Contain("recede report DIR... [--out FILE]"));
        Assert.That(help.OutputLines, Has.All.Length.LessThanOrEqualTo(80));
        Assert.That(ProgramRun.Of("--help").Output, Does.Contain("  report "));
    }
}
