namespace Recede.Cuda;

/// <summary>Who makes the calls of <see cref="IRawCalls"/>.</summary>
internal static class RawCalls
{
    /// <summary>Another wrapper; null, the default, for the bindings here. To be set before a device is opened.</summary>
    public static IRawCalls? Instead { get; set; }
}
