using System.CommandLine;
using BenchmarkDotNet.Running;
using Recede.Bench;
using Recede.Bench.ShortRuns;
using Recede.Bench.Steps;

// Commands of our own, and BenchmarkDotNet's switcher for everything else: `--filter '*'` runs all benchmarks, no
// arguments list them and ask.
var root = new RootCommand("Recede's benchmarks. Without a command the arguments are BenchmarkDotNet's: --filter, --list flat, ...")
{
    PeerStepCommand.Create(),
    ProfileStepCommand.Create(),
    ShortRunsCommand.Create(),
};

if (args.Length > 0 && (args[0] is "-h" or "-?" or "--help" || root.Subcommands.Any(command => command.Name == args[0])))
{
    return Commands.Run(root, args);
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, new BenchmarkConfig());
return 0;
