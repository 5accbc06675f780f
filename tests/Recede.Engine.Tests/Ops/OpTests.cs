using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Ops;

/// <summary>Every op against its oracle; an op's file adds its list of rows here.</summary>
[TestFixture]
[Category(InstructionSets.Category)]
public sealed class OpTests
{
    private static IEnumerable<OpCase> Rows() =>
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
    public void Agrees_with_its_oracle(OpCase row) => OpGradientHarness.Check(row);
}
