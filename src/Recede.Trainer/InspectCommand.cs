using Recede.Engine.Checkpoints;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Training;
using Recede.Trainer.Display;

namespace Recede.Trainer;

/// <summary><c>recede inspect FILE</c>: what network a checkpoint holds.</summary>
internal static class InspectCommand
{
    private const int NameColumn = 24;
    private const int TypeColumn = 20;
    private const int ShapeColumn = 12;

    /// <summary>Loads and prints.</summary>
    /// <exception cref="InvalidDataException">The file is no checkpoint, or damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static void Execute(string file, TextWriter output)
    {
        using var device = Device.Cpu(1);
        using var network = Checkpoint.Load(file, device);
        var cost = network.Cost();
        var (image, classes) = (network.ImageShape, network.OutputShape.C);
        output.WriteLine(Figures.Format($"network  {network.Name}: images {image.H}x{image.W}x{image.C}, {classes} classes"));
        output.WriteLine(
            $"size     {Figures.Count(cost.Parameters)} parameters, {Figures.MultiplyAdds(cost.MultiplyAdds)} FLOPs an image, {Figures.Bytes(cost.LogicalBytes)}");
        var companions = network.Parameters.SelectMany(parameter => parameter.CompanionNames).Distinct().ToArray();
        if (companions.Length > 0)
        {
            output.WriteLine($"holds    {string.Join(", ", companions)} beside the parameters");
        }

        output.WriteLine();
        output.WriteLine($"{"layer",-NameColumn}{"type",-TypeColumn}{"gives",-ShapeColumn}{"parameters",11}{"FLOPs",9}");
        foreach (var layer in network.Trace())
        {
            var parameters = layer.Layer.OwnParameters.Where(parameter => parameter.Trainable).Sum(parameter => parameter.Shape.Count);
            var line =
                $"{Clipped(layer.Layer.Path),-NameColumn}{layer.Layer.TypeName,-TypeColumn}"
                + Figures.Format($"{$"{layer.Output.H}x{layer.Output.W}x{layer.Output.C}",-ShapeColumn}")
                + $"{(parameters == 0 ? "" : Figures.Count(parameters)),11}{(layer.MultiplyAdds == 0 ? "" : Figures.MultiplyAdds(layer.MultiplyAdds)),9}";
            output.WriteLine(line.TrimEnd());
        }

        var prunable = network.PrunableNorms.Select(norm => norm.Space).Distinct().ToArray();
        output.WriteLine();
        output.WriteLine(Figures.Format($"{prunable.Length} prunable spaces, {prunable.Sum(space => space.Width)} channels: {string.Join(' ', prunable.Select(space => space.Width))}"));
        if (network.Norms.Count == 0)
        {
            return;
        }

        var bins = ImportanceHistogram.Of(network);
        output.WriteLine();
        output.WriteLine(network.Norms.All(norm => norm is BoundedBatchNorm) ? "Importances: channels in 20 bins" : "Scales |gamma| or importances: channels in 20 bins");
        foreach (var line in ImportanceBars.List(bins))
        {
            output.WriteLine(line);
        }

        output.WriteLine("  " + ImportanceBars.Summary(bins));
    }

    // A path that is too long loses its front, which says least.
    private static string Clipped(string path) => path.Length < NameColumn ? path : "..." + path[^(NameColumn - 4)..];
}
