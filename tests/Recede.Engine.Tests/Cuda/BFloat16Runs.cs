namespace Recede.Engine.Tests.Cuda;

/// <summary>Which kernels ran in work whose activations are all bfloat16.</summary>
internal static class BFloat16Runs
{
    // What reads parameters, their gradients or sums is float32 all the same.
    private static readonly string[] OfParameters = ["finite_check_f32", "column_sums_f32", "convert_bf16_to_f32", "convert_f32_to_f32"];

    // The loss and the penalty, which are scalars.
    private static readonly string[] OfLosses = ["add_forward_f32", "add_backward_a_f32", "add_backward_b_f32"];

    /// <summary>Kernels of float32 activations, which should not be there.</summary>
    /// <param name="standIn">What they ran on.</param>
    /// <param name="addsLosses">Whether losses are added.</param>
    public static string[] OfFloat32Activations(StandIn standIn, bool addsLosses) =>
        [.. standIn.Runs().Distinct().Where(name => name.EndsWith("_f32", StringComparison.Ordinal)
            && !OfParameters.Contains(name) && !(addsLosses && OfLosses.Contains(name)))];
}
