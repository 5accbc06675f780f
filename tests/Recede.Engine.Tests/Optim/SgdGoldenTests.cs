using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Optim;
using Recede.Engine.Tests.Support;
using static Recede.Engine.Tests.Optim.OptimParameters;

namespace Recede.Engine.Tests.Optim;

/// <summary>SGD against the two steps of PyTorch that golden files hold.</summary>
[TestFixture(CpuTestDevice.Name, Category = InstructionSets.Category)]
[TestFixture(CudaTestDevice.Name, Category = CudaTestDevice.Category)]
internal sealed class SgdGoldenTests(string device) : DeviceFixture(device)
{
    [TestCase("training_step_vgg.json")]
    [TestCase("training_step_resnet.json")]
    public void Agrees_with_PyTorch_given_its_gradients(string file)
    {
        // Of the two steps the file gives one gradient; the other follows from the momentum:
        // m2 = momentum m1 + g2, so g2 - decay w1 is known to both.
        Golden golden = Golden.Load(file);
        float momentum = (float)golden.Number("run", "momentum");
        float decay = (float)golden.Number("run", "weightDecay");
        using var device = Kind.Open();
        var parameters = new List<Parameter>();
        foreach (string name in golden.Tensors.Where(t => t.StartsWith("initial.", StringComparison.Ordinal)).Select(t => t["initial.".Length..]))
        {
            int[] s = golden.Shape("initial." + name);
            ParameterRole role = s.Length > 1 ? ParameterRole.Weight
                : golden.Has("penaltyGradient." + name) ? ParameterRole.BoundedScale : ParameterRole.Bias;
            Shape shape = s.Length switch { 1 => Shape.Vector(s[0]), 2 => new Shape(s[0], 1, 1, s[1]), _ => new Shape(s[0], s[1], s[2], s[3]) };
            var parameter = new Parameter(device, name, role, shape);
            parameter.Set(golden.Floats("initial." + name));
            parameters.Add(parameter);
        }

        var sgd = new Sgd(
            ParameterGroups.FromRecipe(parameters, decay, (float)golden.Number("run", "scaleLearningRateFactor")),
            (float)golden.Number("run", "learningRate"),
            momentum);
        var first = parameters.Select(p => Gradient(golden, p)).ToArray();
        for (int p = 0; p < parameters.Count; p++)
        {
            SetGradient(parameters[p], first[p]);
        }

        sgd.Update();
        for (int p = 0; p < parameters.Count; p++)
        {
            double d = parameters[p].Role == ParameterRole.BoundedScale ? 0 : decay;
            double[] w0 = golden.Doubles("initial." + parameters[p].Path);
            double[] m2 = golden.Doubles("momentum." + parameters[p].Path);
            float[] w1 = parameters[p].ToArray();
            SetGradient(parameters[p], [.. m2.Select((m, i) => (float)(m - (momentum * (first[p][i] + (d * w0[i]))) - (d * w1[i])))]);
        }

        sgd.Update();
        foreach (Parameter parameter in parameters)
        {
            TensorAssert.AreClose(parameter.ToArray(), golden.Doubles("updated." + parameter.Path), 1e-5, 1e-7, parameter.Path);
            TensorAssert.AreClose(
                parameter.CompanionToArray(Sgd.MomentumBuffer), golden.Doubles("momentum." + parameter.Path), 1e-5, 1e-7, parameter.Path);
        }

        DisposeAll(parameters);
    }

    private static float[] Gradient(Golden golden, Parameter parameter)
    {
        double[] g = golden.Doubles("gradient." + parameter.Path);
        double[] penalty = parameter.Role == ParameterRole.BoundedScale
            ? golden.Doubles("penaltyGradient." + parameter.Path) : new double[g.Length];
        return [.. g.Select((v, i) => (float)(v + penalty[i]))];
    }
}
