using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Nn;

namespace Recede.Bench.Steps;

/// <summary>What an op of a step cannot do without: multiply-adds, and every tensor that it reads or writes, once.</summary>
/// <remarks>
/// Channels count as they lie in memory, padded up to the device's lanes; only an image's are counted as they are.
/// </remarks>
/// <param name="Name">Path of the layer, or the op's name where it belongs to none.</param>
/// <param name="Kind">What it is and of which shape: the same for layers that differ in nothing but their place.</param>
/// <param name="Backward">Which direction.</param>
/// <param name="MultiplyAdds">Multiply-adds of the sums as they are defined: a convolution's direct products.</param>
/// <param name="Operations">
/// Multiply-adds, additions and multiplications of the way to that result that has the fewest: for a 3x3 convolution of stride 1,
/// directly or by Winograd's tiles, transforms included, where the device may take them.
/// </param>
/// <param name="Bytes">Bytes.</param>
internal sealed record OpWork(string Name, string Kind, bool Backward, double MultiplyAdds, double Operations, double Bytes)
{
    /// <summary>The update reads value, gradient and momentum, and writes value and momentum.</summary>
    private const int UpdatePasses = 5;

    /// <summary>Name of the op that lays the images out.</summary>
    public const string Images = "Images";

    /// <summary>Name of the update.</summary>
    public const string Update = "Sgd";

    /// <summary>The least time that it can take.</summary>
    public double FloorMilliseconds(in Ceilings ceilings) => 1e3 * Math.Max(Operations / ceilings.MultiplyAdds, Bytes / ceilings.Bytes);

    /// <summary>The ops of a step, in order: forward, then backward, then the update.</summary>
    /// <param name="network">The network, at the widths that it has.</param>
    /// <param name="batch">Images.</param>
    /// <param name="trains">A training step; or inference with every norm folded into its convolution.</param>
    public static IReadOnlyList<OpWork> Of(Network network, int batch, bool trains)
    {
        var layers = network.Trace();
        var added = new HashSet<Module>(network.Modules.OfType<Residual>().Select(r => r.Children[0].Children[^1]));
        double Physical(Shape shape) => network.Device.PhysicalBytes(shape.WithN(batch), TensorLayout.Activation, ElementType.Float32);
        double Weights(Module layer) =>
            layer.OwnParameters.Sum(p => (double)network.Device.PhysicalBytes(p.Shape, p.Layout, ElementType.Float32));

        var image = network.ImageShape.WithN(batch);
        var works = new List<OpWork> { new(Images, Images, false, 0, 0, image.Count + Physical(image)) };
        var backward = new List<OpWork>();
        for (var i = 0; i < layers.Count; i++)
        {
            var (layer, input, output, _) = layers[i];
            var (x, y, w) = (Physical(input), Physical(output), Weights(layer));
            var first = i == 0;
            if (layer is NormLayer)
            {
                var residual = added.Contains(layer);
                var kind = $"{layer.TypeName}{(residual ? " + add" : "")} {Of(output)}";
                if (trains)
                {
                    works.Add(new OpWork(layer.Path, kind, false, 0, 0, x + y + (residual ? y : 0)));
                    backward.Add(new OpWork(layer.Path, kind, true, 0, 0, x + y + x + (residual ? 2 * y : 0)));
                }
                else if (residual)
                {
                    // Folded away; the convolution before it reads what is added.
                    works[^1] = works[^1] with { Bytes = works[^1].Bytes + y };
                }

                continue;
            }

            var products = batch * PhysicalMultiplyAdds(layers[i], network.Device.Lanes, first);
            var operations = batch * LeastOperations(layers[i], network.Device, first, products / batch);
            var name = $"{Describe(layer)} {Of(input)} -> {Of(output)}";
            works.Add(new OpWork(layer.Path, name, false, products, operations, x + w + y));
            var gradients = first ? 1 : 2;
            backward.Add(new OpWork(layer.Path, name, true, gradients * products, gradients * operations, y + (products > 0 ? x + 2 * w : 0) + (first ? 0 : x)));
        }

        if (trains)
        {
            backward.Reverse();
            works.AddRange(backward);
            var parameters = network.Parameters.Where(p => p.Trainable)
                .Sum(p => (double)network.Device.PhysicalBytes(p.Shape, p.Layout, ElementType.Float32));
            works.Add(new OpWork(Update, Update, false, 0, 0, UpdatePasses * parameters));
        }

        return works;
    }

    private static string Of(Shape shape) => $"{shape.C}@{shape.H}x{shape.W}";

    private static string Describe(Module layer) => layer is Conv2d { Options: var o }
        ? $"{layer.TypeName} {o.KernelHeight}x{o.KernelWidth}{(o.Stride > 1 ? $"/{o.Stride}" : "")}"
        : $"{layer.TypeName}";

    private static double PhysicalMultiplyAdds(LayerTrace layer, int lanes, bool first)
    {
        if (layer.MultiplyAdds == 0)
        {
            return 0;
        }

        var inputs = first ? 1 : Padded(layer.Input.C, lanes) / layer.Input.C;
        return layer.MultiplyAdds * inputs * Padded(layer.Output.C, lanes) / layer.Output.C;
    }

    // F(2x2, 3x3) and F(4x4, 3x3): each input and output block of a tile is transformed, along rows and along columns; a transform
    // along one axis has 4 and 4 operations, or 13 and 10. A value of the (m + 2)^2 planes takes so many on average.
    private static double LeastOperations(LayerTrace layer, Device device, bool first, double products)
    {
        if (layer.Layer is not Conv2d { Options: { KernelHeight: 3, KernelWidth: 3, Stride: 1, Dilation: 1, Groups: 1 } }
            || device is CpuDevice { Options.AllowWinograd: false })
        {
            return products;
        }

        double TilesOf(int m) => Math.Ceiling((double)layer.Output.H / m) * Math.Ceiling((double)layer.Output.W / m);
        var inputs = first ? layer.Input.C : Padded(layer.Input.C, device.Lanes);
        var outputs = Padded(layer.Output.C, device.Lanes);
        var two = TilesOf(2) * ((16 * inputs * outputs) + (2 * 4 * 4 * inputs) + ((4 + 2) * 4 * outputs));
        var four = TilesOf(4) * ((36 * inputs * outputs) + (2 * 6 * 13 * inputs) + ((6 + 4) * 10 * outputs));
        return Math.Min(products, Math.Min(two, four));
    }

    private static double Padded(int channels, int lanes) => (channels + lanes - 1) / lanes * lanes;
}
