using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Ops;

/// <summary>Every op against its oracle; an op's file adds its list of rows here.</summary>
[TestFixture(CpuTestDevice.Name, Category = InstructionSets.Category)]
[TestFixture(CudaTestDevice.Name, Category = CudaTestDevice.Category)]
internal sealed class OpTests(string device) : DeviceFixture(device)
{
    internal static IEnumerable<OpCase> Rows() =>
    [
        .. ChannelCases.Rows,
        .. ConvolutionCases.Rows,
        .. ElementwiseCases.Rows,
        .. PoolingCases.Rows,
        .. DropoutCases.Rows,
        .. CrossEntropyCases.Rows,
        .. NormCases.Rows,
        .. PenaltyCases.Rows,
    ];

    [TestCaseSource(nameof(Rows))]
    public void Agrees_with_its_oracle(OpCase row) => OpGradientHarness.Check(Kind, row);
}
