using Recede.Bench;
using Recede.Cuda.Libraries;
using Recede.Engine.Tests.Cuda;
using Recede.Trainer;

namespace Recede.Engine.Tests.Runner;

/// <summary>
/// The tests as a program, for machines that have a .NET runtime and no SDK (bench/gpu). Also the only way to run the trainer
/// and the benchmarks on the stand-in for CUDA, to try them without a GPU.
/// </summary>
internal static class TestProgram
{
    private const int Usage = 2;
    private const string CacheVariable = "RECEDE_CACHE";

    private const string Help = """
        Recede.Engine.Tests run [--category NAME] [--name TEXT ...] [--log FILE] [--json FILE]
            Runs the tests of a category whose full names hold one of the texts. With --log a run goes on where an
            earlier one with the same file ended: a test in which that one ended has failed. Exit code 75: go on.
        Recede.Engine.Tests stand-in recede|bench ARGUMENT...
            Runs the trainer or the benchmarks on the stand-in for CUDA, which takes a g++. Times mean nothing there.
        """;

    public static int Main(string[] args)
    {
        switch (args)
        {
            case ["run", .. var rest]:
                return TestRunOptions.Parse(rest) is { } options ? RunTests(options) : Refuse();
            case ["stand-in", "recede", .. var rest]:
                return UseStandIn() ? RecedeProgram.Run(rest, Console.Out, Console.Error, terminal: null, CancellationToken.None) : 1;
            case ["stand-in", "bench", .. var rest]:
                return UseStandIn() ? Commands.Run(Commands.Root(), rest) : 1;
            default:
                return Refuse();
        }
    }

    private static int RunTests(TestRunOptions options)
    {
        using var log = new TestLog(options.Log);
        return new TestRun(options, log).Execute();
    }

    private static bool UseStandIn()
    {
        if (StandInLibrary.Problem is { } problem)
        {
            Console.Error.WriteLine(problem);
            return false;
        }

        LibraryResolver.UseOneFile(StandInLibrary.Path);
        unsafe
        {
            var settings = new StandInSettings { Instrumented = false };
            StandInNative.standin_configure(&settings);
        }

        Environment.SetEnvironmentVariable(CacheVariable, StandInLibrary.KernelFolder(instrumented: false));
        return true;
    }

    private static int Refuse()
    {
        Console.Error.WriteLine(Help);
        return Usage;
    }
}
