using System.Reflection;
using System.Runtime.CompilerServices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Tests.Cuda;

/// <summary>A kernel as the engine's C# knows it.</summary>
/// <param name="File">Its source under kernels/.</param>
/// <param name="Name">Name of the function.</param>
/// <param name="Arguments">The structure that it is launched with.</param>
internal sealed record EngineKernel(string File, string Name, Type Arguments)
{
    private const BindingFlags Statics = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Bytes of the structure.</summary>
    public int Bytes => (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(Arguments).Invoke(null, null)!;

    /// <summary>Every kernel in a static field of the engine; of a generic type's, those of every type that it is made for.</summary>
    public static IReadOnlyList<EngineKernel> All()
    {
        var types = typeof(CudaKernel<>).Assembly.GetTypes();
        return [.. types
            .Where(type => type.GetFields(Statics).Any(field => IsKernel(field.FieldType)))
            .SelectMany(type => Closed(type, types))
            .SelectMany(type => type.GetFields(Statics))
            .Where(field => IsKernel(field.FieldType))
            .SelectMany(field => Kernels(field.GetValue(null)!))
            .Distinct()
            .OrderBy(kernel => kernel.Name, StringComparer.Ordinal)];
    }

    private static bool IsKernel(Type type) =>
        type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(CudaKernel<>) || type.GetGenericTypeDefinition() == typeof(TypedCudaKernel<>));

    private static IEnumerable<Type> Closed(Type type, Type[] types)
    {
        if (!type.IsGenericTypeDefinition)
        {
            return [type];
        }

        var needed = type.GetGenericArguments().Single().GetGenericParameterConstraints().Where(one => one.IsInterface).ToArray();
        return types
            .Where(candidate => candidate.IsValueType && needed.All(one => one.IsAssignableFrom(candidate)))
            .Select(candidate => type.MakeGenericType(candidate));
    }

    private static IEnumerable<EngineKernel> Kernels(object field)
    {
        var type = field.GetType();
        if (type.GetGenericTypeDefinition() == typeof(TypedCudaKernel<>))
        {
            return Kernels(Read("Float32")).Concat(Kernels(Read("BFloat16")));
        }

        return [new EngineKernel((string)Read("File"), (string)Read("Name"), type.GetGenericArguments()[0])];

        object Read(string name) => type.GetProperty(name)!.GetValue(field)!;
    }
}
