using System.Text.Json;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Training;

/// <summary>The results of a run, written as state and read back.</summary>
internal sealed class RunRecordsTests
{
    [Test]
    public void What_is_not_finite_right_after_pruning_is_read_back_as_no_number()
    {
        using var device = Device.Cpu(1);
        using var network = Networks.Create("vgg-small", device, new NetworkOptions { Height = 28, Width = 28, Channels = 1 });
        var plan = OneShot.Plan(network, 0.5);
        var writer = new StateWriter();
        RunRecords.Save(writer, plan, new Evaluation(double.PositiveInfinity, 0.1, 48), new MaskedComparison(double.NaN, double.PositiveInfinity, 48));

        using var json = JsonDocument.Parse(writer.ToJson());
        var (_, before, masked) = RunRecords.ReadPlan(new StateReader(json.RootElement, (_, _) => []));

        Assert.That(before, Is.EqualTo(new Evaluation(double.NaN, 0.1, 48)));
        Assert.That(masked, Is.EqualTo(new MaskedComparison(double.NaN, double.NaN, 48)));
    }

    [Test]
    public void A_state_names_the_number_that_is_not_finite()
    {
        var writer = new StateWriter().Section("fit");

        Assert.That(() => writer.Write("loss", double.NaN), Throws.ArgumentException.With.Message.StartsWith("state fit/loss is NaN: expected a finite number."));
        Assert.That(() => writer.Write("rates", [1, float.PositiveInfinity]), Throws.ArgumentException.With.Message.StartsWith("state fit/rates is "));
    }
}
