using Recede.Cuda.Cudnn;
using static Recede.Cuda.Cudnn.AttributeName;
using static Recede.Cuda.Cudnn.AttributeType;

namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// What cuDNN runs for one <see cref="ConvolutionPlanKey"/>, or the finding that it has nothing for it. Made and owned by
/// <see cref="CudnnSession"/>.
/// </summary>
internal sealed class ConvolutionPlan : IDisposable
{
    // Layers of one shape share a plan and bring different addresses; the step arena brings the same ones every step.
    private const int MostPacks = 16;

    private static readonly long[] Identifiers = [ResultId, LeftId, RightId, BiasId];

    private readonly BackendDescriptor? _plan;
    private readonly BackendDescriptor? _config;
    private readonly Pack[] _packs = new Pack[MostPacks];
    private int _nextPack;

    /// <summary>A plan that can run.</summary>
    /// <param name="plan">The finished execution plan; this object owns it from now on.</param>
    /// <param name="config">Its engine configuration, which must live as long; owned likewise.</param>
    /// <param name="hasBias">Whether it takes a bias.</param>
    public ConvolutionPlan(BackendDescriptor plan, BackendDescriptor config, bool hasBias)
    {
        _plan = plan;
        _config = config;
        HasBias = hasBias;
        Span<long> bytes = [0];
        plan.Get(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, bytes);
        WorkspaceBytes = bytes[0];
    }

    /// <summary>Remembers that there is none.</summary>
    /// <param name="refusal">What was tried.</param>
    public ConvolutionPlan(string refusal) => Refusal = refusal;

    /// <summary>Identifier of the result in the plan's graph.</summary>
    public const long ResultId = 1;

    /// <summary>Identifier of the first operand: x forward and for the filters' gradient, dy for x's gradient.</summary>
    public const long LeftId = 2;

    /// <summary>Identifier of the second operand: the filters, or dy for the filters' gradient.</summary>
    public const long RightId = 3;

    /// <summary>Identifier of the bias.</summary>
    public const long BiasId = 4;

    /// <summary>Identifier of the product before its bias is added, which has no memory.</summary>
    public const long ProductId = 5;

    /// <summary>What a workspace's address is a multiple of, which is more than any engine is known to want.</summary>
    public const long WorkspaceAlignment = 256;

    /// <summary>Whether it can run.</summary>
    public bool IsAvailable => _plan is not null;

    /// <summary>Why not.</summary>
    public string Refusal { get; } = "";

    /// <summary>Whether it takes a bias.</summary>
    public bool HasBias { get; }

    /// <summary>Scratch memory that a run needs.</summary>
    public long WorkspaceBytes { get; }

    /// <summary>Whether it was asked for while a graph was captured, which then runs its kernels without asking again.</summary>
    public bool IsCaptured { get; set; }

    /// <summary>The first place in a block that is aligned for a workspace.</summary>
    public static nint Aligned(nint address) => (nint)((address + WorkspaceAlignment - 1) / WorkspaceAlignment * WorkspaceAlignment);

    /// <summary>The library's number of the engine that runs it, for reports.</summary>
    public long EngineIndex()
    {
        using var engine = BackendDescriptor.Create(DescriptorType.CUDNN_BACKEND_ENGINE_DESCRIPTOR);
        Span<nint> handle = [engine.Value];
        _config!.Get(CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, handle);
        Span<long> index = [0];
        engine.Get(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, CUDNN_TYPE_INT64, index);
        return index[0];
    }

    /// <summary>Queues a run; the caller has the device's turn.</summary>
    public void Execute(nint library, in ConvolutionOperands operands, nint workspace)
    {
        var pack = FindPack(operands, workspace);
        var status = Native.cudnnBackendExecute(library, _plan!.Value, pack.Value);
        if (status != Status.CUDNN_STATUS_SUCCESS)
        {
            status.Check(nameof(Native.cudnnBackendExecute));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var pack in _packs)
        {
            pack.Descriptor?.Dispose();
        }

        _plan?.Dispose();
        _config?.Dispose();
    }

    // A finished pack cannot take other addresses.
    private BackendDescriptor FindPack(in ConvolutionOperands operands, nint workspace)
    {
        foreach (ref var pack in _packs.AsSpan())
        {
            if (pack.Descriptor is { } found && pack.Workspace == workspace && pack.Operands == operands)
            {
                return found;
            }
        }

        var descriptor = MakePack(operands, workspace);
        ref var place = ref _packs[_nextPack];
        _nextPack = (_nextPack + 1) % MostPacks;
        place.Descriptor?.Dispose();
        place = new Pack { Descriptor = descriptor, Operands = operands, Workspace = workspace };
        return descriptor;
    }

    private BackendDescriptor MakePack(in ConvolutionOperands operands, nint workspace)
    {
        ReadOnlySpan<nint> addresses = [operands.Result, operands.Left, operands.Right, operands.Bias];
        var count = HasBias ? 4 : 3;
        var pack = BackendDescriptor.Create(DescriptorType.CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
        try
        {
            return pack.With(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, Identifiers.AsSpan(0, count))
                .With(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, addresses[..count])
                .With(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, [workspace])
                .Finished();
        }
        catch
        {
            pack.Dispose();
            throw;
        }
    }

    private struct Pack
    {
        public BackendDescriptor? Descriptor;
        public ConvolutionOperands Operands;
        public nint Workspace;
    }
}
