using System.Runtime.InteropServices;
using Recede.Cuda.Cudnn;
using static Recede.Cuda.Cudnn.AttributeName;
using static Recede.Cuda.Cudnn.AttributeType;
using static Recede.Cuda.Cudnn.DescriptorType;

namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// A convolution as cuDNN's graph API is told of it, and the descriptors that this takes; a plan needs them no more once it is
/// built.
/// </summary>
internal sealed class ConvolutionGraph : IDisposable
{
    // Every block of device memory that a tensor has is aligned to more than this, the widest load of a thread.
    private const long ByteAlignment = 16;

    private readonly List<BackendDescriptor> _parts = [];
    private readonly List<nint> _operations = [];

    /// <summary>The operation graph.</summary>
    public BackendDescriptor Operations => _parts[^1];

    /// <summary>Describes a convolution.</summary>
    public static ConvolutionGraph Of(in ConvolutionPlanKey key, nint library)
    {
        var graph = new ConvolutionGraph();
        try
        {
            Describe(key, graph);
            graph.Finish(library);
            return graph;
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var i = _parts.Count - 1; i >= 0; i--)
        {
            _parts[i].Dispose();
        }
    }

    private static void Describe(in ConvolutionPlanKey key, ConvolutionGraph graph)
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
    }

    private static void AddBias(ConvolutionGraph graph, BackendDescriptor product, BackendDescriptor y, Shape bias)
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
        ConvolutionGraph graph, long id, Shape shape, DataType type, bool isFilter = false, bool isVirtual = false)
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

    private BackendDescriptor Add(DescriptorType type)
    {
        var part = BackendDescriptor.Create(type);
        _parts.Add(part);
        return part;
    }

    private BackendDescriptor AddOperation(DescriptorType type)
    {
        var part = Add(type);
        _operations.Add(part.Value);
        return part;
    }

    private void Finish(nint library) => Add(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR)
        .With(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, [library])
        .With(CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, CollectionsMarshal.AsSpan(_operations))
        .Finished();
}
