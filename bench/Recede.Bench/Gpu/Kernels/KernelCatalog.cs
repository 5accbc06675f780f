using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Ops;
using Recede.Engine.Optim;

namespace Recede.Bench.Gpu.Kernels;

/// <summary>
/// The hand-written kernels at one size, by the ops that launch them. "size" is the bytes of one activation (or of the
/// parameters); what an op moves is counted as the comments in kernels/ say, parameters and partial sums left out.
/// </summary>
/// <param name="device">The GPU.</param>
/// <param name="type">Type of the activations.</param>
/// <param name="size">Bytes of one of them.</param>
/// <param name="rotation">Bytes that all instances of an op move together: several times what the GPU caches.</param>
internal sealed class KernelCatalog(CudaDevice device, ElementType type, long size, long rotation)
{
    private const int FewestInstances = 2;
    private const int MostInstances = 33;
    private const int Classes = 1000;
    private const int PenaltyVectors = 64;
    private const int Side = 8;
    private static readonly ImageNormalization Normalization = new([0.4914f, 0.4822f, 0.4465f], [0.2023f, 0.1994f, 0.2010f]);

    private int ElementBytes => type == ElementType.BFloat16 ? 2 : 4;

    /// <summary>A copy within the GPU's memory, which all else is measured by.</summary>
    public KernelCase Copy()
    {
        var instances = InstancesFor(2 * size);
        var from = Many(instances, () => device.Allocate(size, "copy"));
        var to = Many(instances, () => device.Allocate(size, "copy"));
        return new DirectCase(instances, 2 * size, i => device.Copy(from[i].Address, to[i].Address, size), [.. from, .. to]);
    }

    /// <summary>Ops on activations, in both types.</summary>
    /// <param name="channels">Channels of the norms.</param>
    public IEnumerable<(string Name, Func<KernelCase> Make)> Activations(int[] channels)
    {
        foreach (var c in channels)
        {
            // Behind a convolution that left the moments: reads x (and the residual), writes y.
            yield return ($"bounded norm + ReLU, C {c}", () => Forward(2 * size, () => Norm(c, moments: true, residual: false)));
            yield return ($"bounded norm + add + ReLU, C {c}", () => Forward(3 * size, () => Norm(c, moments: true, residual: true)));

            // With its own moments x is read twice.
            yield return ($"bounded norm + ReLU, own moments, C {c}", () => Forward(3 * size, () => Norm(c, moments: false, residual: false)));

            // The sums read x and dy; then x and dy are read again and dx is written. With a residual y is read both times, and
            // its gradient written too.
            yield return ($"bounded norm + ReLU, backward, C {c}", () => Backward(5 * size, () => Norm(c, moments: false, residual: false)));
            yield return ($"bounded norm + add + ReLU, backward, C {c}", () => Backward(8 * size, () => Norm(c, moments: false, residual: true)));
        }

        yield return ("ReLU", () => Forward(2 * size, () => new OpInstance((tape, x) => tape.Relu(x[0])).With(Tensor(), true)));
        yield return ("ReLU, backward", () => Backward(3 * size, () => new OpInstance((tape, x) => tape.Relu(x[0])).With(Tensor(), true)));
        yield return ("add", () => Forward(3 * size, () => Add()));
        yield return ("add, backward", () => Backward(4 * size, () => Add()));

        // Probabilities are float32 whatever the logits are.
        var rows = (int)(size / (Classes * ElementBytes));
        if (rows > 0)
        {
            var logits = (long)rows * Classes * ElementBytes;
            var probabilities = (long)rows * Classes * sizeof(float);
            yield return ($"cross-entropy, {Classes} classes", () => Forward(logits + probabilities, () => CrossEntropy(rows)));
            yield return ($"cross-entropy, {Classes} classes, backward", () => Backward(probabilities + logits, () => CrossEntropy(rows)));
        }

        var images = Math.Max(1, (int)(size / (32 * 32 * NhwcLayout.Lanes * ElementBytes)));
        yield return ("augmentation, 32x32", () => Forward(
            images * 32L * 32 * (3 + NhwcLayout.Lanes * ElementBytes), () => Images(images)));
    }

    /// <summary>Those that work on parameters, which are float32.</summary>
    public IEnumerable<(string Name, Func<KernelCase> Make)> Parameters()
    {
        yield return ("SGD, momentum", Sgd);
        yield return ("channel gather", Gather);
        yield return ($"polarising penalty, {PenaltyVectors} vectors", () => Forward(size, Penalty));
        yield return ($"polarising penalty, {PenaltyVectors} vectors, backward", () => Backward(2 * size, Penalty));
    }

    private static T[] Many<T>(int count, Func<T> make) => [.. Enumerable.Range(0, count).Select(_ => make())];

    private int InstancesFor(long bytes) => (int)Math.Clamp(1 + ((rotation + bytes - 1) / bytes), FewestInstances, MostInstances);

    private ForwardCase Forward(long bytes, Func<OpInstance> make) => new(device, Many(InstancesFor(bytes), make), bytes, type);

    private BackwardCase Backward(long bytes, Func<OpInstance> make) => new(device, Many(InstancesFor(bytes), make), bytes);

    private DeviceTensor Tensor(int channels = 64) => new(
        device, new Shape((int)Math.Max(1, size / ((long)channels * ElementBytes * Side * Side)), Side, Side, channels), type);

    private OpInstance Norm(int channels, bool moments, bool residual)
    {
        var vector = Shape.Vector(channels);
        var arguments = new NormArguments(1e-5f, 0.1f, Relu: true);
        var instance = new OpInstance((tape, t) =>
            {
                if (moments)
                {
                    tape.AttachMoments(t[0], t[4]);
                }

                return tape.BoundedBatchNorm(t[0], t[1], t[2], t[3], arguments, residual ? t[^1] : Engine.Core.Tensor.None);
            })
            .With(Tensor(channels), differentiable: true)
            .With(Vector("scale", ParameterRole.BoundedScale, vector, 0.5f))
            .With(Vector("mean", ParameterRole.RunningMean, vector, 0))
            .With(Vector("variance", ParameterRole.RunningVariance, vector, 1));
        if (moments)
        {
            instance.With(Moments(channels));
        }

        return residual ? instance.With(Tensor(channels), differentiable: true) : instance;
    }

    // Mean 0 and variance 1, as a convolution leaves them.
    private DeviceTensor Moments(int channels)
    {
        var moments = new DeviceTensor(device, new Shape(2, 1, 1, channels), ElementType.Float32);
        var values = new float[2 * channels];
        Array.Fill(values, 1, channels, channels);
        device.Upload(values, moments.Shape, moments.Layout, moments.Address);
        return moments;
    }

    private OpInstance Add() => new OpInstance((tape, x) => tape.Add(x[0], x[1])).With(Tensor(), true).With(Tensor(), true);

    private OpInstance CrossEntropy(int rows) => new OpInstance((tape, x) => tape.CrossEntropy(x[0], x[1]).Loss)
        .With(new DeviceTensor(device, new Shape(rows, 1, 1, Classes), type), differentiable: true)
        .With(new DeviceTensor(device, new Shape(rows, 1, 1, 1), ElementType.Int32, TensorLayout.Dense));

    private OpInstance Images(int images) =>
        new OpInstance((tape, x) => tape.Images(x[0], x[1], new ImageArguments(Normalization, CropPadding: 4, Flip: true, Seed: 1)))
            .With(new DeviceTensor(device, new Shape(images, 32, 32, 3), ElementType.UInt8, TensorLayout.Dense))
            .With(new DeviceTensor(device, new Shape(images, 1, 1, 1), ElementType.Int32, TensorLayout.Dense));

    private OpInstance Penalty()
    {
        var instance = new OpInstance((tape, scales) => tape.PolarisingPenalty(scales, 1e-4f, 0));
        for (var i = 0; i < PenaltyVectors; i++)
        {
            instance.With(Vector("scale", ParameterRole.BoundedScale, Shape.Vector((int)(size / sizeof(float) / PenaltyVectors)), 0.1f));
        }

        return instance;
    }

    private Parameter Vector(string path, ParameterRole role, Shape shape, float value)
    {
        var parameter = new Parameter(device, path, role, shape);
        if (value != 0)
        {
            var values = new float[shape.Count];
            Array.Fill(values, value);
            parameter.Set(values);
        }

        return parameter;
    }

    // Reads w, dw and v, writes w and v.
    private DirectCase Sgd()
    {
        var bytes = 5 * size;
        var instances = InstancesFor(bytes);
        var parameters = Many(instances, () => Vector("parameter", ParameterRole.Bias, Shape.Vector((int)(size / sizeof(float))), 0));
        var updates = parameters.Select(parameter =>
        {
            parameter.HasGradient = true;
            _ = parameter.Gradient;
            return new Sgd(ParameterGroups.FromRecipe([parameter], weightDecay: 1e-4f), learningRate: 0.1f);
        }).ToArray();
        return new DirectCase(instances, bytes, i => updates[i].Update(), [.. parameters, .. updates]);
    }

    // Keeps all channels but one both ways, so that nearly every byte is read and written.
    private DirectCase Gather()
    {
        var inputs = size >= 8 << 20 ? 512 : 64;
        var shape = new Shape((int)Math.Max(2, size / (9L * inputs * sizeof(float))), 3, 3, inputs);
        var (keptOut, keptIn) = (Enumerable.Range(1, shape.N - 1).ToArray(), Enumerable.Range(1, inputs - 1).ToArray());
        var to = new Shape(keptOut.Length, 3, 3, keptIn.Length);
        var written = device.PhysicalBytes(to, TensorLayout.Filter, ElementType.Float32);
        var bytes = to.Count * sizeof(float) + written;
        var instances = InstancesFor(bytes);
        var from = Many(instances, () => new DeviceTensor(device, shape, ElementType.Float32, TensorLayout.Filter));
        var into = Many(instances, () => device.Allocate(written, "gathered"));
        return new DirectCase(
            instances,
            bytes,
            i => device.GatherChannels(from[i].Address, shape, TensorLayout.Filter, keptOut, keptIn, into[i].Address),
            [.. from, .. into]);
    }
}
