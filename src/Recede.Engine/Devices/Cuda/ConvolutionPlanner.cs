using System.Globalization;
using System.Text;
using Recede.Cuda.Cudnn;
using static Recede.Cuda.Cudnn.AttributeName;
using static Recede.Cuda.Cudnn.AttributeType;
using static Recede.Cuda.Cudnn.DescriptorType;

namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// Lists what could run a convolution: the engine configurations that the heuristics
/// name, best first (mode A, then the fallback list), without those that the device's <see cref="CudaOptions"/> forbids.
/// </summary>
internal sealed class ConvolutionPlanner(nint library, CudaOptions options)
{
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
            using var graph = ConvolutionGraph.Of(key, library);
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
}
