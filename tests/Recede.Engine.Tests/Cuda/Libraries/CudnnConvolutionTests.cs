using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda.Libraries;

/// <summary>
/// cuDNN's graph calls against a convolution by definition: an adjoint identity would not see a flipped filter. The stand-in
/// checks what the calls say, and its engines that must not be taken give results that these allowances do not pass.
/// </summary>
[TestFixture]
internal sealed class CudnnConvolutionTests
{
    private const ElementType Single = ElementType.Float32;
    private const ElementType Brain = ElementType.BFloat16;

    // Sums of at most 1,700 products in single precision.
    private const double SingleAllowance = 1e-5;

    private static readonly ConvolutionShape Plain =
        NaiveConvolution.Shape(new(2, 5, 6, 7), new(31, 3, 3, 7), (1, 1), (1, 1), (1, 1));

    private static readonly (string Name, ConvolutionShape Shape)[] Shapes =
    [
        ("1 to 1", NaiveConvolution.Shape(new(1, 4, 4, 1), new(1, 3, 3, 1), (1, 1), (1, 1), (1, 1))),
        ("3 to 7, batch 5", NaiveConvolution.Shape(new(5, 6, 5, 3), new(7, 3, 3, 3), (1, 1), (1, 1), (1, 1))),
        ("7 to 31", Plain),
        ("31 to 37", NaiveConvolution.Shape(new(1, 4, 5, 31), new(37, 3, 3, 31), (1, 1), (1, 1), (1, 1))),
        ("64 to 64", NaiveConvolution.Shape(new(1, 4, 4, 64), new(64, 3, 3, 64), (1, 1), (1, 1), (1, 1))),
        ("1x1", NaiveConvolution.Shape(new(2, 3, 3, 37), new(7, 1, 1, 37), (1, 1), (0, 0), (1, 1))),
        ("1x1 stride 2", NaiveConvolution.Shape(new(2, 5, 6, 16), new(31, 1, 1, 16), (2, 2), (0, 0), (1, 1))),
        ("3x3 stride 2", NaiveConvolution.Shape(new(2, 7, 8, 16), new(17, 3, 3, 16), (2, 2), (1, 1), (1, 1))),
        ("7x7 stride 2", NaiveConvolution.Shape(new(1, 9, 10, 3), new(16, 7, 7, 3), (2, 2), (3, 3), (1, 1))),
        ("dilated", NaiveConvolution.Shape(new(1, 9, 9, 7), new(16, 3, 3, 7), (2, 2), (3, 3), (3, 3))),
        ("uneven everything", NaiveConvolution.Shape(new(2, 9, 8, 5), new(6, 3, 2, 5), (2, 1), (0, 2), (1, 3))),
        ("padded more than the kernel", NaiveConvolution.Shape(new(1, 3, 2, 3), new(4, 3, 3, 3), (1, 1), (5, 5), (1, 1))),
        ("as large as x", NaiveConvolution.Shape(new(2, 3, 4, 7), new(5, 3, 4, 7), (1, 1), (0, 0), (1, 1))),
    ];

    private static IEnumerable<TestCaseData> Rows() =>
        from row in Shapes
        from pass in Enum.GetValues<ConvolutionPass>()
        from type in new[] { Single, Brain }
        from accumulate in new[] { false, true }
        select new TestCaseData(row.Shape, pass, type, accumulate)
            .SetArgDisplayNames(row.Name, $"{pass}", $"{type}", accumulate ? "accumulating" : "overwriting");

    [TestCaseSource(nameof(Rows))]
    public void Every_pass_gives_what_the_definition_gives(object shape, object pass, ElementType type, bool accumulate)
    {
        using var run = new LibraryDevice();
        Check(run, new((ConvolutionPass)pass, (ConvolutionShape)shape, type, ResultType((ConvolutionPass)pass, type), accumulate, Bias: false));
    }

    [Test]
    public void A_bias_is_added_before_the_result_is_rounded()
    {
        using var run = new LibraryDevice();
        Check(run, new(ConvolutionPass.Forward, Plain, Brain, Brain, Accumulate: false, Bias: true));
        Assert.That(run.StandIn.Runs("cudnn.forward_bias"), Is.EqualTo(1));
    }

    [Test]
    public void Single_precision_takes_no_tensor_cores_unless_the_options_allow_it()
    {
        var key = new ConvolutionPlanKey(ConvolutionPass.BackwardFilter, Plain, Single, Single, Accumulate: false, Bias: false);
        using (var run = new LibraryDevice())
        {
            Check(run, key);
            Assert.That(run.StandIn.Runs("cudnn.engine.implicit_gemm"), Is.EqualTo(1), "not split_reduction, half_precision, tensor_core_gemm");
        }

        using (var run = new LibraryDevice(new CudaOptions { AllowTf32 = true }))
        {
            // 10 bits of mantissa.
            Check(run, key, relative: 1e-3);
            Assert.That(run.StandIn.Runs("cudnn.engine.tensor_core_gemm"), Is.EqualTo(1));
        }

        using (var run = new LibraryDevice(new CudaOptions { DeterministicOnly = false }))
        {
            Check(run, key);
            Assert.That(run.StandIn.Runs("cudnn.engine.split_reduction"), Is.EqualTo(1));
        }
    }

    [Test]
    public void Measuring_runs_the_candidates_and_keeps_one()
    {
        using var run = new LibraryDevice(new CudaOptions { PlanSelection = PlanSelection.Measured });
        var key = new ConvolutionPlanKey(ConvolutionPass.Forward, Plain, Single, Single, Accumulate: true, Bias: false);
        Check(run, key);
        Assert.That(run.StandIn.Runs("cudnn.forward"), Is.GreaterThan(2 * 4), "winograd, implicit_gemm and direct, four runs each");
        var before = run.StandIn.Runs("cudnn.forward");
        Check(run, key);
        Assert.That(run.StandIn.Runs("cudnn.forward"), Is.EqualTo(before + 1));
    }

    [Test]
    public void Plans_are_made_once_and_retired_when_shapes_are()
    {
        using var run = new LibraryDevice();
        var cudnn = run.Device.Cudnn;
        var key = new ConvolutionPlanKey(ConvolutionPass.Forward, Plain, Single, Single, Accumulate: false, Bias: false);
        var before = LibraryDevice.LiveCudnnObjects;
        Check(run, key);
        Check(run, key with { Pass = ConvolutionPass.BackwardData });
        var calls = run.StandIn.Calls("cudnnBackendFinalize");
        var plan = cudnn.Find(key);
        Assert.That(cudnn.Find(key), Is.SameAs(plan));
        Assert.That(run.StandIn.Calls("cudnnBackendFinalize"), Is.EqualTo(calls));
        run.Device.RetireShapes();
        Assert.That((cudnn.PlanCount, LibraryDevice.LiveCudnnObjects), Is.EqualTo((0, before)));
        Check(run, key);
    }

    [Test]
    public void A_plan_that_a_graph_runs_is_kept_as_long_as_there_is_one()
    {
        using var run = new LibraryDevice();
        var cudnn = run.Device.Cudnn;
        var key = new ConvolutionPlanKey(ConvolutionPass.Forward, Plain, Single, Single, Accumulate: false, Bias: false);
        var operands = Operands(run, key, out _, out _, out _);
        Execute(run, key, operands, out var workspace);
        Check(run, key with { Pass = ConvolutionPass.BackwardData });
        using (var capture = run.Device.BeginCapture())
        {
            cudnn.Execute(cudnn.Find(key), operands, workspace);
            using var graph = capture.End();
            run.Device.RetireShapes();
            Assert.That(cudnn.PlanCount, Is.EqualTo(1));
            graph.Launch();
            run.Device.Synchronize();
        }

        run.Device.RetireShapes();
        Assert.That(cudnn.PlanCount, Is.Zero);
    }

    [Test]
    public void A_warm_run_makes_no_descriptor_and_allocates_nothing()
    {
        using var run = new LibraryDevice();
        var key = new ConvolutionPlanKey(ConvolutionPass.Forward, Plain, Single, Single, Accumulate: false, Bias: false);
        var operands = Operands(run, key, out _, out _, out _);
        Execute(run, key, operands, out var workspace);
        var plan = run.Device.Cudnn.Find(key);
        var calls = run.StandIn.Calls("cudnnBackendCreateDescriptor");
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        run.Device.Cudnn.Execute(run.Device.Cudnn.Find(key), operands, workspace);
        Assert.That(GC.GetAllocatedBytesForCurrentThread(), Is.EqualTo(allocated));
        Assert.That(run.StandIn.Calls("cudnnBackendCreateDescriptor"), Is.EqualTo(calls));
        Assert.That(plan.WorkspaceBytes, Is.GreaterThan(0));
        run.Device.Synchronize();
    }

    [Test]
    public void More_addresses_than_packs_are_kept_still_run_right()
    {
        using var run = new LibraryDevice();
        var key = new ConvolutionPlanKey(ConvolutionPass.Forward, Plain, Single, Single, Accumulate: false, Bias: false);
        for (var i = 0; i < 20; i++)
        {
            Check(run, key);
        }
    }

    [Test]
    public void A_plan_that_cannot_be_made_says_what_was_tried()
    {
        using var run = new LibraryDevice();
        LibraryDevice.Refuse(LibraryDevice.Refusal.All);
        var plan = run.Device.Cudnn.Find(new(ConvolutionPass.Forward, Plain, Single, Single, Accumulate: false, Bias: false));
        Assert.That(plan.IsAvailable, Is.False);
        Assert.That(plan.Refusal, Does.Contain("CUDNN_STATUS_NOT_SUPPORTED").And.Contain("CUDNN_HEUR_MODE_FALLBACK"));
    }

    [Test]
    public void Making_a_plan_during_a_capture_is_refused()
    {
        using var run = new LibraryDevice();
        var cudnn = run.Device.Cudnn;
        using var capture = run.Device.BeginCapture();
        Assert.That(
            () => cudnn.Find(new(ConvolutionPass.Forward, Plain, Single, Single, Accumulate: false, Bias: false)),
            Throws.InvalidOperationException.With.Message.Contains("captured"));
    }

    [Test]
    public void Closing_the_device_gives_everything_back()
    {
        var before = LiveWithout();
        using (var run = new LibraryDevice())
        {
            Check(run, new(ConvolutionPass.Forward, Plain, Single, Single, Accumulate: false, Bias: false));
        }

        Assert.That(LiveWithout(), Is.EqualTo(before));
    }

    private static int LiveWithout()
    {
        using var run = new LibraryDevice();
        return LibraryDevice.LiveCudnnObjects;
    }

    private static ElementType ResultType(ConvolutionPass pass, ElementType type) =>
        pass == ConvolutionPass.BackwardFilter ? Single : type;

    private static void Check(LibraryDevice run, in ConvolutionPlanKey key, double relative = SingleAllowance)
    {
        var operands = Operands(run, key, out var expected, out var shape, out var layout);
        Execute(run, key, operands, out _);

        // Half a unit in the last place of 8 bits, on top of the sum's own error.
        var allowance = key.ResultType == Brain ? relative + 1.0 / 256 : relative;
        TensorAssert.AreClose(run.Download(operands.Result, shape, layout, key.ResultType), expected, allowance);
    }

    private static ConvolutionOperands Operands(
        LibraryDevice run, in ConvolutionPlanKey key, out double[] expected, out Shape shape, out TensorLayout layout)
    {
        var (leftShape, rightShape) = (NaiveConvolution.LeftShape(key.Pass, key.Shape), NaiveConvolution.RightShape(key.Pass, key.Shape));
        shape = NaiveConvolution.ResultShape(key.Pass, key.Shape);
        layout = key.Pass == ConvolutionPass.BackwardFilter ? TensorLayout.Filter : TensorLayout.Activation;
        var rightLayout = key.Pass == ConvolutionPass.BackwardFilter ? TensorLayout.Activation : TensorLayout.Filter;
        var (left, right) = (LibraryDevice.Values(leftShape.Count, 1), LibraryDevice.Values(rightShape.Count, 2));
        expected = NaiveConvolution.Result(key.Pass, key.Shape, left, right);
        nint bias = 0;
        if (key.Bias)
        {
            var values = LibraryDevice.Values(shape.C, 3);
            bias = run.Upload(values, Shape.Vector(shape.C), TensorLayout.Activation, Single);
            for (var i = 0; i < expected.Length; i++)
            {
                expected[i] += values[i % shape.C];
            }
        }

        nint result;
        if (key.Accumulate)
        {
            var old = LibraryDevice.Values(shape.Count, 4);
            result = run.Upload(old, shape, layout, key.ResultType);
            for (var i = 0; i < expected.Length; i++)
            {
                expected[i] += old[i];
            }
        }
        else
        {
            result = run.Allocate(run.Device.PhysicalBytes(shape, layout, key.ResultType));
        }

        return new ConvolutionOperands(
            run.Upload(left, leftShape, TensorLayout.Activation, key.Type), run.Upload(right, rightShape, rightLayout, key.Type), result, bias);
    }

    private static void Execute(LibraryDevice run, in ConvolutionPlanKey key, in ConvolutionOperands operands, out nint workspace)
    {
        var plan = run.Device.Cudnn.Find(key);
        Assert.That(plan.IsAvailable, plan.Refusal);
        workspace = plan.WorkspaceBytes == 0
            ? 0
            : ConvolutionPlan.Aligned(run.Allocate(plan.WorkspaceBytes + ConvolutionPlan.WorkspaceAlignment));
        run.Device.Cudnn.Execute(plan, operands, workspace);
    }
}
