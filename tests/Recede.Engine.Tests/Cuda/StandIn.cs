using System.Runtime.InteropServices;
using Recede.Cuda.Libraries;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda;

/// <summary>
/// The stand-in for a CUDA GPU and its libraries, taken by one test at a time and as good as new for each: no context, no
/// findings, nothing counted. What is wrong but shows in no result (races, reads of memory never written, accesses out of
/// bounds, host code that touches device memory) becomes a finding, and a test that leaves findings fails when it gives
/// the stand-in back.
/// </summary>
internal sealed unsafe class StandIn : IDisposable
{
    private static readonly SemaphoreSlim Turn = new(1, 1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    private bool _isDisposed;

    private StandIn(in StandInSettings settings)
    {
        Assert.That(StandInNative.standin_settings_bytes(), Is.EqualTo(sizeof(StandInSettings)), "struct Settings in driver.h");
        StandInNative.standin_reset();
        Configure(settings);
    }

    /// <summary>What is in force.</summary>
    public StandInSettings Settings { get; private set; }

    /// <summary>Waits for the stand-in. Where it cannot be built, the test is ignored with the reason.</summary>
    public static StandIn Take(StandInSettings? settings = null)
    {
        if (CudaTestDevice.OnGpu)
        {
            Assert.Ignore("This test is for the stand-in for CUDA; with RECEDE_TEST_GPU=1 the process has a GPU instead.");
        }

        if (StandInLibrary.Problem is { } problem)
        {
            Assert.Ignore(problem);
        }

        LibraryResolver.UseOneFile(StandInLibrary.Path);
        if (!Turn.Wait(LongestWait))
        {
            throw new InvalidOperationException("The stand-in for CUDA was not given back. Does the test take it twice?");
        }

        try
        {
            return new StandIn(settings ?? new StandInSettings());
        }
        catch
        {
            Turn.Release();
            throw;
        }
    }

    /// <summary>Changes the settings, for what comes from now on.</summary>
    public void Configure(in StandInSettings settings)
    {
        Settings = settings;
        fixed (StandInSettings* pointer = &settings)
        {
            StandInNative.standin_configure(pointer);
        }
    }

    /// <summary>Opens the engine's device on it, which shares compiled kernels with all tests that watch accesses alike.</summary>
    public CudaDevice OpenDevice(CudaOptions? options = null) => Engine.Devices.Device.Cuda(
        0, (options ?? new CudaOptions()) with { CacheFolder = StandInLibrary.KernelFolder(Settings.Instrumented) });

    /// <summary>The findings so far, each place once; they are forgotten, so that giving the stand-in back does not fail.</summary>
    public IReadOnlyList<string> TakeFindings()
    {
        var findings = new string[StandInNative.standin_finding_count()];
        for (var i = 0; i < findings.Length; i++)
        {
            findings[i] = Text(StandInNative.standin_finding(i));
        }

        StandInNative.standin_clear_findings();
        return findings;
    }

    /// <summary>Calls of an entry point such as "cuLaunchKernel", or of all. "pageable copy" counts copies with memory that is
    /// not pinned.</summary>
    public long Calls(string name = "") => StandInNative.standin_call_count(name);

    /// <summary>How often a kernel ran, by name; or an algorithm of a library.</summary>
    public long Runs(string name) => StandInNative.standin_run_count(name);

    /// <summary>All that ran, in its order.</summary>
    public IReadOnlyList<string> Runs()
    {
        var names = new string[StandInNative.standin_runs()];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = Text(StandInNative.standin_run(i));
        }

        return names;
    }

    /// <summary>Begins a new list of what ran.</summary>
    public void ClearRuns() => StandInNative.standin_clear_runs();

    /// <summary>Makes the <paramref name="nth"/> call from now on (1 is the next) fail, of one entry point or of any.</summary>
    /// <param name="nth">Which call.</param>
    /// <param name="name">Entry point; empty for any.</param>
    /// <param name="status">What it gives; 0 for its library's own unknown or internal error.</param>
    public void FailCall(long nth, string name = "", int status = 0) =>
        StandInNative.standin_fail_call(name, (nint)nth, status);

    /// <summary>The entry point that an injected failure met; empty when none did.</summary>
    public string FailedCall => Text(StandInNative.standin_failed_call());

    /// <summary>Makes the <paramref name="nth"/> allocation of device memory from now on run out of memory.</summary>
    /// <param name="nth">Which allocation; 1 is the next, 0 none.</param>
    /// <param name="times">How many fail, one after another; 0 means all that follow.</param>
    public void FailAllocation(long nth, long times = 1) => StandInNative.standin_fail_allocation((nint)nth, (nint)times);

    /// <summary>How many of something the context holds.</summary>
    public int Live(StandInObject kind) => StandInNative.standin_live((int)kind);

    /// <summary>Makes a range of device memory as good as new: NaN, and never written.</summary>
    public void Forget(nint address, long bytes) => StandInNative.standin_forget(address, (nuint)bytes);

    /// <summary>Gives the stand-in back.</summary>
    /// <exception cref="AssertionException">Findings are left that nobody took.</exception>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        IReadOnlyList<string> findings;
        try
        {
            findings = TakeFindings();
            StandInNative.standin_reset();

            // Nobody holds it: whoever looks for a GPU in this process now, such as a run of the program, finds none.
            Configure(new StandInSettings { Devices = 0 });
        }
        finally
        {
            Turn.Release();
        }

        if (findings.Count > 0)
        {
            throw new AssertionException("The stand-in for CUDA found:\n" + string.Join('\n', findings));
        }
    }

    private static string Text(nint text) => Marshal.PtrToStringUTF8(text) ?? "";
}
