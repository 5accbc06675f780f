using Recede.Engine.Reports;
using Recede.Engine.Training;

namespace Recede.Trainer.Display;

/// <summary>What one network does and costs, in a few lines within 80 columns.</summary>
internal static class ResultLines
{
    /// <summary>Of an evaluation.</summary>
    public static IEnumerable<string> Of(EvaluationReport report) => Of(
        report.Evaluation, null, report.Result, report.LatencyBatch, report.Machine);

    /// <summary>Of a training or fine-tuning.</summary>
    public static IEnumerable<string> Of(TrainingReport report) => Of(
        report.Result.Training.Final, report.Result.Before, report.Result.Result, report.Options.LatencyBatch, report.Machine);

    private static IEnumerable<string> Of(Evaluation evaluation, Evaluation? before, NetworkResult result, int batch, MachineReport machine)
    {
        var was = before is { } first ? $"; {Figures.Percent(first.Accuracy)} before" : "";
        var cost = result.Cost;
        yield return Row("accuracy", Figures.Format($"{Figures.Percent(evaluation.Accuracy)} of {evaluation.Images:N0} test images{was}"));
        yield return Row("loss", Figures.Format($"{evaluation.Loss:F4}"));
        yield return Row("parameters", Figures.Count(cost.Parameters));
        yield return Row("FLOPs", $"{Figures.MultiplyAdds(cost.MultiplyAdds)} (multiply-adds) an image");
        yield return Row("bytes", $"{Figures.Bytes(cost.LogicalBytes)} of parameters; in memory {Figures.Bytes(cost.PhysicalBytes)} with lane padding");
        yield return Row("latency", Figures.Format(
            $"{Figures.Milliseconds(result.LatencyMilliseconds)} ms a pass of {batch} image{(batch == 1 ? "" : "s")}, median; {machine.Threads} thread{(machine.Threads == 1 ? "" : "s")}, {machine.Simd}"));
    }

    private static string Row(string name, string value) => $"{name,-12}{value}";
}
