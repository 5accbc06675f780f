using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Devices;

/// <summary>
/// The engine uses the instructions that it may use. A run with some of them switched off says in RECEDE_EXPECT_SIMD
/// (scalar, vector256 or vector512) what must be left, so that it cannot pass by testing the same code again.
/// </summary>
[Category(InstructionSets.Category)]
public sealed class SimdTests
{
    [Test]
    public void Level_is_what_the_run_expects()
    {
        var expected = Environment.GetEnvironmentVariable("RECEDE_EXPECT_SIMD");
        var best = BestLeftByTheSwitches();
        TestContext.Out.WriteLine($"instructions: {Simd.Level}, expected: {expected ?? $"{best} at most"}");

        Assert.That(Simd.Level, Is.LessThanOrEqualTo(best));
        if (expected is not null)
        {
            Assert.That(Simd.Level, Is.EqualTo(Enum.Parse<SimdLevel>(expected, ignoreCase: true)));
        }
    }

    [Test]
    public void Instructions_that_are_switched_off_are_off()
    {
        using (Assert.EnterMultipleScope())
        {
            if (IsOff("DOTNET_EnableAVX512") || IsOff("DOTNET_EnableAVX2") || IsOff("DOTNET_EnableHWIntrinsic"))
            {
                Assert.That(Avx512F.IsSupported, Is.False, "AVX-512F");
                Assert.That(Vector512.IsHardwareAccelerated, Is.False, "Vector512");
            }

            if (IsOff("DOTNET_EnableAVX2") || IsOff("DOTNET_EnableHWIntrinsic"))
            {
                Assert.That(Avx2.IsSupported, Is.False, "AVX2");
                Assert.That(Vector256.IsHardwareAccelerated, Is.False, "Vector256");
            }

            if (IsOff("DOTNET_EnableHWIntrinsic"))
            {
                Assert.That(Vector128.IsHardwareAccelerated, Is.False, "Vector128");
            }
        }
    }

    private static SimdLevel BestLeftByTheSwitches()
    {
        if (IsOff("DOTNET_EnableHWIntrinsic") || IsOff("DOTNET_EnableAVX2"))
        {
            return SimdLevel.Scalar;
        }

        return IsOff("DOTNET_EnableAVX512") ? SimdLevel.Vector256 : SimdLevel.Vector512;
    }

    private static bool IsOff(string variable) => Environment.GetEnvironmentVariable(variable) == "0";
}
