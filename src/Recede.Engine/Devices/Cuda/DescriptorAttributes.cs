using Recede.Cuda.Cudnn;
using static Recede.Cuda.Cudnn.AttributeType;

namespace Recede.Engine.Devices.Cuda;

/// <summary>Attributes of cuDNN's descriptors, each kind of value with its type.</summary>
internal static class DescriptorAttributes
{
    public static BackendDescriptor With(this BackendDescriptor descriptor, AttributeName name, params ReadOnlySpan<long> values) =>
        descriptor.With(name, CUDNN_TYPE_INT64, values);

    public static BackendDescriptor With(this BackendDescriptor descriptor, AttributeName name, float value) =>
        descriptor.With(name, CUDNN_TYPE_FLOAT, [value]);

    public static BackendDescriptor With(this BackendDescriptor descriptor, AttributeName name, DataType value) =>
        descriptor.With(name, CUDNN_TYPE_DATA_TYPE, [value]);

    public static BackendDescriptor With(this BackendDescriptor descriptor, AttributeName name, ConvolutionMode value) =>
        descriptor.With(name, CUDNN_TYPE_CONVOLUTION_MODE, [value]);

    public static BackendDescriptor With(this BackendDescriptor descriptor, AttributeName name, PointwiseMode value) =>
        descriptor.With(name, CUDNN_TYPE_POINTWISE_MODE, [value]);

    public static BackendDescriptor With(this BackendDescriptor descriptor, AttributeName name, HeuristicMode value) =>
        descriptor.With(name, CUDNN_TYPE_HEUR_MODE, [value]);

    public static BackendDescriptor With(this BackendDescriptor descriptor, AttributeName name, BackendDescriptor value) =>
        descriptor.With(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, [value.Value]);

    public static BackendDescriptor With<T>(
        this BackendDescriptor descriptor, AttributeName name, AttributeType type, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        descriptor.Set(name, type, values);
        return descriptor;
    }

    /// <summary>Ends the setting; the library must take it.</summary>
    public static BackendDescriptor Finished(this BackendDescriptor descriptor)
    {
        var status = descriptor.TryFinalize();
        return status == Status.CUDNN_STATUS_SUCCESS
            ? descriptor
            : throw StatusChecks.Error(status, nameof(Native.cudnnBackendFinalize), Refusal(descriptor));
    }

    /// <summary>What the library said about the last failure, with the descriptor that it was about.</summary>
    public static string Refusal(BackendDescriptor descriptor) =>
        StatusChecks.LastMessage() is { } said ? $"{descriptor.Type}: {said}" : $"{descriptor.Type}";
}
