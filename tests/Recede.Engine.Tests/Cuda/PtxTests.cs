using System.Text.RegularExpressions;

namespace Recede.Engine.Tests.Cuda;

/// <summary>
/// Every kernel compiles for the oldest, a middle and a new GPU, and its PTX says no more and no less than C# launches. clang
/// passes much that is slow nonsense on a GPU; that is looked for in the PTX.
/// </summary>
[TestFixture]
internal sealed partial class PtxTests
{
    // What a block may have in static arrays.
    private const int MostShared = 48 * 1024;

    // CUDA's own mathematics, which NVRTC brings and clang without a toolkit does not.
    private static readonly string[] Mathematics = ["expf", "expm1f", "logf", "log1pf", "tanhf", "exp", "log", "log1p"];

    private static readonly int[] Architectures = [75, 80, 90];
    private static readonly IReadOnlyList<KernelText> Sources = KernelText.All();
    private static readonly IReadOnlyList<EngineKernel> Launched = EngineKernel.All();

    private static IEnumerable<TestCaseData> Files =>
        from source in Sources
        from architecture in Architectures
        select new TestCaseData(source, architecture).SetArgDisplayNames(source.File, $"sm_{architecture}");

    [SetUp]
    public void NeedClang()
    {
        if (ClangPtx.Missing is { } reason)
        {
            Assert.Ignore(reason);
        }
    }

    [TestCaseSource(nameof(Files))]
    public void CompilesWithoutWarnings(object source, int architecture)
    {
        var (code, text) = ClangPtx.Compile(((KernelText)source).File, architecture);
        Assert.That(code, Is.Zero, text);
    }

    [TestCaseSource(nameof(Files))]
    public void EntriesAndParametersAreThoseOfTheLaunches(object source, int architecture)
    {
        var file = ((KernelText)source).File;
        var expected = Launched.Where(kernel => kernel.File == file).Select(kernel => $"{kernel.Name} takes {kernel.Bytes} bytes");
        var entries = ClangPtx.Entries(Ptx(file, architecture)).Select(entry => $"{entry.Name} takes {entry.Bytes} bytes");
        Assert.That(entries, Is.EquivalentTo(expected));
    }

    [TestCaseSource(nameof(Files))]
    public void KernelsStayWithinWhatIsFast(object source, int architecture)
    {
        var text = (KernelText)source;
        var ptx = Ptx(text.File, architecture);
        var shared = ClangPtx.Shared(ptx);
        Assert.Multiple(() =>
        {
            foreach (var (name, _, code) in ClangPtx.Entries(ptx))
            {
                var bytes = shared.Where(array => Regex.IsMatch(code, $@"\b{Regex.Escape(array.Name)}\b")).Sum(array => array.Bytes);
                Assert.That(bytes, Is.LessThanOrEqualTo(MostShared), $"{name}: bytes of static shared memory");
                Assert.That(Approximate().Match(code).Value, Is.Empty, $"{name}: an approximate or flushing instruction");
                Assert.That(code, Does.Not.Contain("__local_depot"), $"{name}: an array that is not in registers");
                if (Double().IsMatch(code))
                {
                    Assert.That(text.CommentsFor(name), Does.Match("(?i)double"), $"{name} computes in double precision and does not say so");
                }
            }

            Assert.That(ClangPtx.Outside(ptx), Is.SubsetOf(Mathematics), "functions that are not in the source");
            Assert.That(ptx, Does.Not.Match(@"\batom\.[\w.]*\.f(32|64)|\bred\.[\w.]*\.f(32|64)"), "float atomics add in no fixed order");
        });
    }

    private static string Ptx(string file, int architecture)
    {
        var (code, text) = ClangPtx.Compile(file, architecture);
        Assert.That(code, Is.Zero, text);
        return text;
    }

    // Registers are %f64 and the like; instructions have the type behind a dot.
    [GeneratedRegex(@"\.f64\s+%(?!fd<)|\.f64\.")]
    private static partial Regex Double();

    [GeneratedRegex(@"\w+[\w.]*\.(approx|full|ftz)\b[\w.]*")]
    private static partial Regex Approximate();
}
