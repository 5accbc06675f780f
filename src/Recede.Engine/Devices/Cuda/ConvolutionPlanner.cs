using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Recede.Cuda.Cudnn;
using static Recede.Cuda.Cudnn.AttributeName;
using static Recede.Cuda.Cudnn.AttributeType;
using static Recede.Cuda.Cudnn.DescriptorType;

namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// Describes a convolution to cuDNN's graph API and lists what could run it: the engine configurations that the heuristics
/// name, best first (mode A, then the fallback list), without those that the device's <see cref="CudaOptions"/> forbids.
/// </summary>
internal sealed class ConvolutionPlanner(nint library, CudaOptions options)
{
    // Every block of device memory that a tensor has is aligned to more than this, the widest load of a thread.
    private const long ByteAlignment = 16;
    private const int MostConfigurations = 64;
    private const int MostNotes = 32;

    /// <summary>Plans that can run, in the library's order of preference, and at most <paramref name="most"/>.</summary>
    /// <param name="key">What is computed.</param>
    /// <param name="most">How many plans the caller wants; it disposes them.</param>
    /// <param name="refusal">What was tried, where none was found.</param>
    public List<ConvolutionPlan> Plans(in ConvolutionPlanKey key, int most, out string refusal)
    {
        var plans = new List<ConvolutionPlan>();
        var tried = new StringBuilder();
        try
        {
            using var graph = Graph(key);
            ReadOnlySpan<HeuristicMode> modes = [HeuristicMode.CUDNN_HEUR_MODE_A, HeuristicMode.CUDNN_HEUR_MODE_FALLBACK];
            foreach (var mode in modes)
            {
                AddPlans(graph.Operations, mode, key, most, plans, tried);
            }
        }
        catch
        {
            foreach (var plan in plans)
            {
                plan.Dispose();
            }

            throw;
        }

        refusal = tried.ToString();
        return plans;
    }

    private void AddPlans(
        BackendDescriptor graph, HeuristicMode mode, in ConvolutionPlanKey key, int most, List<ConvolutionPlan> plans, StringBuilder tried)
    {
        if (plans.Count >= most)
        {
            return;
        }

        using var heuristics = BackendDescriptor.Create(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
        var status = heuristics.With(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph).With(CUDNN_ATTR_ENGINEHEUR_MODE, mode).TryFinalize();
        if (status != Status.CUDNN_STATUS_SUCCESS)
        {
            tried.Append(CultureInfo.InvariantCulture, $"{mode}: {status}; ");
            return;
        }

        var configs = Configurations(heuristics);
        var forbidden = 0;
        var next = 0;
        try
        {
            for (; next < configs.Count && plans.Count < most; next++)
            {
                var config = configs[next];
                if (!IsAllowed(config, key))
                {
                    forbidden++;
                    config.Dispose();
                    continue;
                }

                if (TryBuild(config, key, out status) is { } plan)
                {
                    plans.Add(plan);
                }
                else
                {
                    tried.Append(CultureInfo.InvariantCulture, $"{mode} {next}: {status}; ");
                }
            }
        }
        finally
        {
            for (; next < configs.Count; next++)
            {
                configs[next].Dispose();
            }
        }

        tried.Append(CultureInfo.InvariantCulture, $"{mode}: {configs.Count} engines, {forbidden} of them forbidden by the options; ");
    }

    private ConvolutionPlan? TryBuild(BackendDescriptor config, in ConvolutionPlanKey key, out Status status)
    {
        var plan = BackendDescriptor.Create(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
        var built = false;
        try
        {
            status = plan.With(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, [library])
                .With(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, config)
                .TryFinalize();
            if (status != Status.CUDNN_STATUS_SUCCESS)
            {
                // An engine may well not fit this GPU or shape, though the heuristics named it; anything else is an error.
                if (!IsRefusal(status))
                {
                    throw StatusChecks.Error(status, nameof(Native.cudnnBackendFinalize), DescriptorAttributes.Refusal(plan));
                }

                return null;
            }

            var result = new ConvolutionPlan(plan, config, key.Bias);
            built = true;
            return result;
        }
        finally
        {
            if (!built)
            {
                plan.Dispose();
                config.Dispose();
            }
        }
    }

    // Runtime compilation of an engine that meets a GPU or toolkit it does not know fails as an internal error.
    private static bool IsRefusal(Status status) =>
        (int)status / 1000 == (int)Status.CUDNN_STATUS_NOT_SUPPORTED / 1000
        || status == Status.CUDNN_STATUS_INTERNAL_ERROR_COMPILATION_FAILED;

    private static List<BackendDescriptor> Configurations(BackendDescriptor heuristics)
    {
        var count = (int)Math.Min(
            heuristics.Get(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, Span<nint>.Empty), MostConfigurations);
        var configs = new List<BackendDescriptor>(count);
        try
        {
            Span<nint> handles = stackalloc nint[MostConfigurations];
            for (var i = 0; i < count; i++)
            {
                configs.Add(BackendDescriptor.Create(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR));
                handles[i] = configs[i].Value;
            }

            var filled = count == 0
                ? 0
                : heuristics.Get(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, handles[..count]);
            while (configs.Count > filled)
            {
                configs[^1].Dispose();
                configs.RemoveAt(configs.Count - 1);
            }

            return configs;
        }
        catch
        {
            foreach (var config in configs)
            {
                config.Dispose();
            }

            throw;
        }
    }

    private bool IsAllowed(BackendDescriptor config, in ConvolutionPlanKey key)
    {
        using var engine = BackendDescriptor.Create(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
        Span<nint> handle = [engine.Value];
        config.Get(CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, handle);
        Span<NumericalNote> notes = stackalloc NumericalNote[MostNotes];
        var count = (int)Math.Min(engine.Get(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE, notes), MostNotes);
        foreach (var note in notes[..count])
        {
            var single = key.Type == ElementType.Float32;
            var forbidden = note switch
            {
                NumericalNote.CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC => options.DeterministicOnly,

                // On single precision tensor cores mean TF32, and a conversion of the inputs means half precision.
                NumericalNote.CUDNN_NUMERICAL_NOTE_TENSOR_CORE => single && !options.AllowTf32,
                NumericalNote.CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS => single,
                _ => false,
            };
            if (forbidden)
            {
                return false;
            }
        }

        return true;
    }

    private OperationGraph Graph(in ConvolutionPlanKey key)
    {
        var graph = new OperationGraph();
        try
        {
            Describe(key, graph);
            return graph;
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    private void Describe(in ConvolutionPlanKey key, OperationGraph graph)
    {
        var s = key.Shape;
        var type = TypeOf(key.Type);
        var resultType = TypeOf(key.ResultType);
        var convolution = graph.Add(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR)
            .With(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, DataType.CUDNN_DATA_FLOAT)
            .With(CUDNN_ATTR_CONVOLUTION_CONV_MODE, ConvolutionMode.CUDNN_CROSS_CORRELATION)
            .With(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, 2L)
            .With(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, s.PadH, s.PadW)
            .With(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, s.PadH, s.PadW)
            .With(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, s.StrideH, s.StrideW)
            .With(CUDNN_ATTR_CONVOLUTION_DILATIONS, s.DilationH, s.DilationW)
            .Finished();
        var beta = key.Accumulate ? 1f : 0f;
        switch (key.Pass)
        {
            case ConvolutionPass.Forward:
                var w = Tensor(graph, ConvolutionPlan.RightId, s.Weight, type, isFilter: true);
                var x = Tensor(graph, ConvolutionPlan.LeftId, s.X, type);
                var y = Tensor(graph, ConvolutionPlan.ResultId, s.Y, resultType);
                var product = key.Bias
                    ? Tensor(graph, ConvolutionPlan.ProductId, s.Y, DataType.CUDNN_DATA_FLOAT, isVirtual: true)
                    : y;
                graph.AddOperation(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR)
                    .With(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, 1f)
                    .With(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, beta)
                    .With(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, convolution)
                    .With(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, w)
                    .With(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, x)
                    .With(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, product)
                    .Finished();
                if (key.Bias)
                {
                    AddBias(graph, product, y, Shape.Vector(s.Y.C));
                }

                break;
            case ConvolutionPass.BackwardData:
                graph.AddOperation(CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR)
                    .With(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, 1f)
                    .With(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA, beta)
                    .With(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, convolution)
                    .With(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, Tensor(graph, ConvolutionPlan.RightId, s.Weight, type, isFilter: true))
                    .With(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, Tensor(graph, ConvolutionPlan.ResultId, s.X, resultType))
                    .With(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, Tensor(graph, ConvolutionPlan.LeftId, s.Y, type))
                    .Finished();
                break;
            default:
                graph.AddOperation(CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR)
                    .With(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA, 1f)
                    .With(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA, beta)
                    .With(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, convolution)
                    .With(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, Tensor(graph, ConvolutionPlan.ResultId, s.Weight, resultType, isFilter: true))
                    .With(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X, Tensor(graph, ConvolutionPlan.LeftId, s.X, type))
                    .With(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY, Tensor(graph, ConvolutionPlan.RightId, s.Y, type))
                    .Finished();
                break;
        }

        graph.Finish(library);
    }

    private static void AddBias(OperationGraph graph, BackendDescriptor product, BackendDescriptor y, Shape bias)
    {
        var add = graph.Add(CUDNN_BACKEND_POINTWISE_DESCRIPTOR)
            .With(CUDNN_ATTR_POINTWISE_MODE, PointwiseMode.CUDNN_POINTWISE_ADD)
            .With(CUDNN_ATTR_POINTWISE_MATH_PREC, DataType.CUDNN_DATA_FLOAT)
            .Finished();
        graph.AddOperation(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR)
            .With(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, add)
            .With(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, product)
            .With(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, Tensor(graph, ConvolutionPlan.BiasId, bias, DataType.CUDNN_DATA_FLOAT))
            .With(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, y)
            .Finished();
    }

    // cuDNN's extents are in the order N, C, H, W (filters K, C, R, S) whatever the layout; the strides tell that it is NHWC.
    private static BackendDescriptor Tensor(
        OperationGraph graph, long id, Shape shape, DataType type, bool isFilter = false, bool isVirtual = false)
    {
        long n = isFilter ? NhwcLayout.Padded(shape.N) : shape.N;
        long c = NhwcLayout.Padded(shape.C);
        var tensor = graph.Add(CUDNN_BACKEND_TENSOR_DESCRIPTOR)
            .With(CUDNN_ATTR_TENSOR_UNIQUE_ID, id)
            .With(CUDNN_ATTR_TENSOR_DATA_TYPE, type)
            .With(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, ByteAlignment)
            .With(CUDNN_ATTR_TENSOR_DIMENSIONS, n, c, shape.H, shape.W)
            .With(CUDNN_ATTR_TENSOR_STRIDES, shape.H * shape.W * c, 1, shape.W * c, c);
        return (isVirtual ? tensor.With(CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, [(byte)1]) : tensor).Finished();
    }

    private static DataType TypeOf(ElementType type) =>
        type == ElementType.BFloat16 ? DataType.CUDNN_DATA_BFLOAT16 : DataType.CUDNN_DATA_FLOAT;

    // The descriptors that a graph is made of; a plan needs them no more once it is built.
    private sealed class OperationGraph : IDisposable
    {
        private readonly List<BackendDescriptor> _parts = [];
        private readonly List<nint> _operations = [];

        public BackendDescriptor Operations => _parts[^1];

        public BackendDescriptor Add(DescriptorType type)
        {
            var part = BackendDescriptor.Create(type);
            _parts.Add(part);
            return part;
        }

        public BackendDescriptor AddOperation(DescriptorType type)
        {
            var part = Add(type);
            _operations.Add(part.Value);
            return part;
        }

        public void Finish(nint library) => Add(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR)
            .With(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, [library])
            .With(CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, CollectionsMarshal.AsSpan(_operations))
            .Finished();

        public void Dispose()
        {
            for (var i = _parts.Count - 1; i >= 0; i--)
            {
                _parts[i].Dispose();
            }
        }
    }
}
