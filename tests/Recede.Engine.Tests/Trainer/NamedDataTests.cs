using Recede.Engine.Tests.Data;
using Recede.Engine.Tests.Data.Downloads;

namespace Recede.Engine.Tests.Trainer;

/// <summary>What a person sees of a download.</summary>
internal sealed class NamedDataTests
{
    // MNIST's training images, were they these.
    private const int Bytes = 9912422;

    private TemporaryFolder _cache = null!;
    private LoopbackServer _server = null!;
    private string? _before;

    [SetUp]
    public void SetUp()
    {
        _cache = new TemporaryFolder();
        _server = new LoopbackServer();
        _server.Files["train-images-idx3-ubyte.gz"] = new byte[Bytes];
        _before = Environment.GetEnvironmentVariable("RECEDE_CACHE");
        Environment.SetEnvironmentVariable("RECEDE_CACHE", _cache.Path);
    }

    [TearDown]
    public void TearDown()
    {
        Environment.SetEnvironmentVariable("RECEDE_CACHE", _before);
        _server.Dispose();
        _cache.Dispose();
    }

    [Test]
    public void A_piped_download_is_a_line_a_tenth_and_its_failure_one_line()
    {
        var run = ProgramRun.Of("run", "--data", "mnist", "--data-url", _server.Address);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.OutputLines[0], Is.EqualTo($"download  {_server.Address}train-images-idx3-ubyte.gz (9.91 MB)"));
        Assert.That(run.OutputLines[1..], Is.EqualTo(Enumerable.Range(1, 10).Select(tenth => $"{10 * tenth,5} %")));
        Assert.That(run.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(run.Error, Does.StartWith($"recede: mnist is not here: {_server.Address}train-images-idx3-ubyte.gz is not the file that it should be: its SHA-256 is ")
            .And.Contain($"Put train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz into {Path.Combine(_cache.Path, "data", "mnist")}, or open"));
    }

    [Test]
    public void In_a_terminal_there_is_a_bar()
    {
        var run = ProgramRun.InTerminal("run", "--data", "mnist", "--data-url", _server.Address);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("is not the file that it should be"));
        Assert.That(run.Output, Does.Contain("download  http").And.Contain("0 B of 9.91 MB"));
    }

    [Test]
    public void A_quiet_download_says_nothing()
    {
        var run = ProgramRun.Of("run", "--data", "mnist", "--data-url", _server.Address, "--quiet");

        Assert.That(run.Output, Is.Empty);
        Assert.That(run.ErrorLines, Has.Length.EqualTo(1));
    }

    [TestCase("ftp://here")]
    [TestCase("here")]
    public void An_address_that_is_none_is_a_wrong_option(string address)
    {
        var run = ProgramRun.Of("run", "--data", "mnist", "--data-url", address);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.ErrorLines, Is.EqualTo(new[] { $"recede: --data-url {address}: expected an address, http://... or https://..." }));
    }

    [Test]
    public void An_image_size_that_the_images_do_not_have_is_a_wrong_option()
    {
        var run = ProgramRun.Of("run", "--image-size", "29");

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.StartWith("recede: --image-size 29: expected at most 28, the shorter side"));
    }
}
