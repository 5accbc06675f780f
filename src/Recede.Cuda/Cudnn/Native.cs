using System.Runtime.InteropServices;
using Recede.Cuda.Libraries;

namespace Recede.Cuda.Cudnn;

/// <summary>
/// The functions of cuDNN 9, most of them its graph (backend) interface, by their C names. A status goes to
/// <see cref="StatusChecks.Check"/>; the library is found and loaded at the first call.
/// </summary>
internal static unsafe partial class Native
{
    private const string Library = LibraryNames.Cudnn;

    static Native() => LibraryResolver.Install();

    /// <summary>The version as 10000 * major + 100 * minor + patch.</summary>
    [LibraryImport(Library)]
    public static partial nuint cudnnGetVersion();

    [LibraryImport(Library)]
    public static partial byte* cudnnGetErrorString(Status status);

    /// <summary>What the calling thread's last failed call has to say, and forgets it.</summary>
    [LibraryImport(Library)]
    public static partial void cudnnGetLastErrorString(byte* message, nuint size);

    [LibraryImport(Library)]
    public static partial Status cudnnCreate(out nint handle);

    [LibraryImport(Library)]
    public static partial Status cudnnDestroy(nint handle);

    [LibraryImport(Library)]
    public static partial Status cudnnSetStream(nint handle, nint stream);

    [LibraryImport(Library)]
    public static partial Status cudnnBackendCreateDescriptor(DescriptorType type, out nint descriptor);

    [LibraryImport(Library)]
    public static partial Status cudnnBackendDestroyDescriptor(nint descriptor);

    [LibraryImport(Library)]
    public static partial Status cudnnBackendSetAttribute(
        nint descriptor, AttributeName name, AttributeType type, long count, void* elements);

    [LibraryImport(Library)]
    public static partial Status cudnnBackendGetAttribute(
        nint descriptor, AttributeName name, AttributeType type, long requested, out long count, void* elements);

    [LibraryImport(Library)]
    public static partial Status cudnnBackendFinalize(nint descriptor);

    [LibraryImport(Library)]
    public static partial Status cudnnBackendExecute(nint handle, nint executionPlan, nint variantPack);
}
