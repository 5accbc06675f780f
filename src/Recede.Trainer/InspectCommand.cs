using System.CommandLine;
using Recede.Engine.Data;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Training;
using Recede.Trainer.Display;
using Recede.Trainer.Options;

namespace Recede.Trainer;

/// <summary><c>recede inspect FILE</c>: what network a checkpoint holds.</summary>
internal sealed class InspectCommand : ProgramCommand
{
    private const int NameColumn = 24;
    private const int TypeColumn = 20;
    private const int ShapeColumn = 12;
    private const float Receded = 0.05f;

    private readonly Argument<string> _file = CheckpointArgument.Required();

    /// <inheritdoc/>
    public override string Name => "inspect";

    /// <inheritdoc/>
    public override string Summary => "Tell what network a checkpoint holds.";

    /// <inheritdoc/>
    public override Argument File => _file;

    /// <inheritdoc/>
    public override string Introduction => """
        recede inspect - tell what network a checkpoint holds

        Usage: recede inspect FILE

        Prints the network's layers with their widths, parameters and FLOPs, the channel
        spaces that can be pruned with their importances, and the histogram of all. FILE
        is what the other commands write with --out, such as
        results/pruned-50.safetensors; it is held against its checksum first, and needs
        neither the network's class nor any option.
        """;

    /// <inheritdoc/>
    public override void Execute(ParseResult line, Invocation invocation)
    {
        using var file = new GivenCheckpoint(line.GetRequiredValue(_file));
        using var device = Device.Cpu(1);
        using var network = file.Read(device);
        var output = invocation.Output;
        WriteHead(output, network, file.Trained);
        WriteLayers(output, network);
        if (network.Norms.Count == 0)
        {
            return;
        }

        WriteSpaces(output, network);
        var bins = ImportanceHistogram.Of(network);
        output.WriteLine();
        output.WriteLine($"{HeaderLines.Scores(network)}: channels in 20 bins{(invocation.Terminal is null ? "" : " (square roots)")}");
        foreach (var row in invocation.Terminal is null ? ImportanceBars.List(bins) : ImportanceBars.Draw(bins))
        {
            output.WriteLine(row);
        }

        output.WriteLine("  " + ImportanceBars.Summary(bins));
    }

    private static void WriteHead(TextWriter output, Network network, DatasetIdentity? trained)
    {
        var cost = network.Cost();
        var (image, classes) = (network.ImageShape, network.OutputShape.C);
        output.WriteLine(Figures.Format($"network  {network.Name}: images {image.H}x{image.W}x{image.C}, {classes} classes"));
        output.WriteLine(
            $"size     {Figures.Count(cost.Parameters)} parameters, {Figures.MultiplyAdds(cost.MultiplyAdds)} FLOPs an image, {Figures.Bytes(cost.LogicalBytes)}");
        if (trained is not null)
        {
            output.WriteLine($"trained  on {trained}");
        }

        var companions = network.Parameters.SelectMany(parameter => parameter.CompanionNames).Distinct().ToArray();
        if (companions.Length > 0)
        {
            output.WriteLine($"holds    {string.Join(", ", companions)} beside the parameters");
        }
    }

    private static void WriteLayers(TextWriter output, Network network)
    {
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
    }

    // What can be pruned, space by space: how wide it is, and how much of it has receded.
    private static void WriteSpaces(TextWriter output, Network network)
    {
        var norms = network.PrunableNorms.DistinctBy(norm => norm.Space).ToArray();
        output.WriteLine();
        output.WriteLine(Figures.Format($"{norms.Length} prunable spaces, {norms.Sum(norm => norm.Space.Width)} channels"));
        output.WriteLine($"{"space",-NameColumn}{"width",6}{"least",8}{"median",8}{"most",8}{"under 0.05",12}");
        foreach (var norm in norms)
        {
            var scores = norm.ChannelScores();
            Array.Sort(scores);
            output.WriteLine(Figures.Format(
                $"{Clipped(norm.Space.Name),-NameColumn}{scores.Length,6}{scores[0],8:F3}{scores[scores.Length / 2],8:F3}{scores[^1],8:F3}{scores.Count(score => score < Receded),12}"));
        }
    }

    // A path that is too long loses its front, which says least.
    private static string Clipped(string path) => path.Length < NameColumn ? path : "..." + path[^(NameColumn - 4)..];
}
