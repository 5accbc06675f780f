using Recede.Cuda;
using Recede.Cuda.Libraries;
using Recede.Cuda.ManagedCuda;

namespace Recede.Engine.Tests.Cuda;

/// <summary>Built and run by src/Recede.Cuda.ManagedCuda/check.sh alone: all tests of the run then make their calls by way of ManagedCuda.</summary>
[SetUpFixture]
internal sealed class ManagedCudaSetUp
{
    [OneTimeSetUp]
    public void Install()
    {
        LibraryResolver.UseOneFile(StandInLibrary.Path);
        ManagedCudaCalls.Install();
        Assert.That(RawCalls.Instead, Is.InstanceOf<ManagedCudaCalls>());
    }
}
