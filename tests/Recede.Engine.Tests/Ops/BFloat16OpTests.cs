using Recede.Engine.Tests.Cuda;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Ops;

/// <summary>
/// Every op with bfloat16 activations, on rows of the table that float32 is held to: against the same oracles, with values
/// that bfloat16 has, so that only what the op itself rounds differs. The kernels that ran are looked up: none for float32
/// activations may be among them.
/// </summary>
[TestFixture(CudaTestDevice.BFloat16Name, Category = CudaTestDevice.Category)]
internal sealed class BFloat16OpTests(string device) : DeviceFixture(device)
{
    private static readonly (string Row, string Kernel)[] Chosen =
    [
        ("Relu [1,5,3,7]", "relu_backward_bf16"),
        ("Relu [2,20,21,37]", "relu_forward_bf16"),
        ("Bump [2,2,3,31]", "bump_backward_bf16"),
        ("Add [2,3,2,3]", "add_forward_bf16"),
        ("Add a tensor to itself", "add_backward_b_bf16"),
        ("ChannelMap option A, odd", "channel_map_bf16"),
        ("ChannelMap subset", "channel_map_bf16"),
        ("Concat ragged offsets", "channel_slice_bf16"),
        ("Concat a tensor with itself", "channel_slice_bf16"),
        ("Flatten [2,3,2,7]", "flatten_forward_bf16"),
        ("Flatten [1,2,3,37]", "flatten_backward_bf16"),
        ("Conv2d 3x3, 7 to 31", "column_sums_bf16"),
        ("Conv2d 3x3 stride 3", "cudnn.backward_filter"),
        ("Conv2d no image", ""),
        ("Conv2d 1x1 in 2 groups of 17", "grouped_convolution_forward_bf16"),
        ("Conv2d 3x3 depthwise, 37", "grouped_filter_gradient_bf16"),
        ("Linear [3] 7 to 5", "add_bias_bf16"),
        ("Linear [5] 16 to 3, no bias", "convert_f32_to_bf16"),
        ("MaxPool2d [2,4,6,3] ", "max_pool2d_backward_bf16"),
        ("MaxPool2d [1,8,8,1] ", "max_pool2d_forward_bf16"),
        ("AveragePool2d [2,7,5,7] ", "average_pool2d_backward_bf16"),
        ("AveragePool2d [2,9,6,3] ", "average_pool2d_forward_bf16"),
        ("GlobalAveragePool [1,7,7,37]", "global_average_pool_forward_bf16"),
        ("GlobalAveragePool [2,3,5,31]", "global_average_pool_backward_bf16"),
        ("Dropout [2,2,3,31] ", "dropout_bf16"),
        ("Dropout [1,3,3,37] ", "dropout_bf16"),
        ("CrossEntropy [5,1,1,10] ", "cross_entropy_rows_bf16"),
        ("CrossEntropy [2,1,1,37] ", "cross_entropy_gradient_bf16"),
        ("BoundedBatchNorm [5,3,3,16]", "batch_norm_moments_bf16"),
        ("BoundedBatchNorm [2,3,5,31] relu residual", "batch_norm_backward_bf16"),
        ("BatchNorm [1,5,5,37] relu", "batch_norm_reduce_bf16"),
        ("BatchNorm [3,19,21,17] relu residual", "batch_norm_forward_bf16"),
        ("PolarisingPenalty 3+37+16+1 b 3", "polarising_penalty_gradient"),
    ];

    private static IEnumerable<TestCaseData> Rows()
    {
        var rows = OpTests.Rows().ToArray();
        foreach (var (name, kernel) in Chosen)
        {
            // Some names go on with arguments that tell nothing here.
            var row = Array.Find(rows, row => name.EndsWith(' ') ? row.Name.StartsWith(name, StringComparison.Ordinal) : row.Name == name);
            yield return new TestCaseData(row, kernel).SetName($"Agrees_with_its_oracle({name.TrimEnd()})");
        }
    }

    [TestCaseSource(nameof(Rows))]
    public void Agrees_with_its_oracle(OpCase? row, string kernel)
    {
        Assert.That(row, Is.Not.Null, "the table has such a row");
        OpGradientHarness.Check(Kind, row!);
        if (((CudaTestDevice)Kind).StandIn is { } standIn)
        {
            Assert.That(BFloat16Runs.OfFloat32Activations(standIn, addsLosses: false), Is.Empty);
            if (kernel.Length > 0)
            {
                Assert.That(standIn.Runs(kernel), Is.GreaterThan(0), kernel);
            }
        }
    }
}
