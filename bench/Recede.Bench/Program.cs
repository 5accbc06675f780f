using BenchmarkDotNet.Running;
using Recede.Bench;

// Commands of our own, and BenchmarkDotNet's switcher for everything else: `--filter '*'` runs all benchmarks, no
// arguments list them and ask.
var root = Commands.Root();
if (args.Length > 0 && (args[0] is "-h" or "-?" or "--help" || root.Subcommands.Any(command => command.Name == args[0])))
{
    return Commands.Run(root, args);
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, new BenchmarkConfig());
return 0;
