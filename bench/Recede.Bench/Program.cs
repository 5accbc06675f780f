using BenchmarkDotNet.Running;

// Without arguments this lists the benchmarks and asks; `--filter '*'` runs them all.
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
