namespace Recede.Engine.Tests.Architecture;

/// <summary>Arrows that are planted are found, however they are written; allowed ones are not.</summary>
public sealed class ArrowTests
{
    private static readonly (string Path, string Text)[] House =
    [
        ("src/Recede.Engine/Devices/Device.cs", "namespace Recede.Engine.Devices; public class Device { public Cpu.Pool Pool => null!; }"),
        ("src/Recede.Engine/Devices/Cpu/Pool.cs", "namespace Recede.Engine.Devices.Cpu; public class Pool { public void Run() { } }"),
        ("src/Recede.Engine/Core/Tensor.cs", "namespace Recede.Engine.Core; public class Tensor { public Devices.Device Device => null!; }"),
        ("src/Recede.Engine/Ops/Relu/Relu.cs", "namespace Recede.Engine.Ops; public static class Relu { public static void Apply(this Core.Tensor x) { } }"),
        ("src/Recede.Engine/Nn/Layer.cs", "namespace Recede.Engine.Nn; public class Layer { public static int Count; public int this[int i] => i; }"),
        ("src/Recede.Engine/Optim/Sgd.cs", "namespace Recede.Engine.Optim; public class Sgd { }"),
        ("src/Recede.Engine/Training/Loop.cs", "namespace Recede.Engine.Training; public class Loop { }"),
        ("src/Recede.Trainer/Screen.cs", "namespace Recede.Trainer; internal class Screen { }"),
    ];

    [Test]
    public void A_house_without_forbidden_arrows_has_no_findings() => Assert.That(FindIn(), Is.Empty);

    [TestCase("Core/T.cs", "using Recede.Engine.Nn; namespace Recede.Engine.Core;", "Recede.Engine.Nn")]
    [TestCase("Core/T.cs", "namespace Recede.Engine.Core; class T { Recede.Engine.Nn.Layer? x; }", "Recede.Engine.Nn")]
    [TestCase("Core/T.cs", "namespace Recede.Engine.Core; class T { global::Recede.Engine.Nn.Layer? x; }", "Recede.Engine.Nn")]
    [TestCase("Core/T.cs", "namespace Recede.Engine.Core; class T { Nn.Layer? x; }", "Recede.Engine.Nn")]
    [TestCase("Core/T.cs", "using L = Recede.Engine.Nn.Layer; namespace Recede.Engine.Core; class T { L? x; }", "Recede.Engine.Nn")]
    [TestCase("Core/T.cs", "using static Recede.Engine.Nn.Layer; namespace Recede.Engine.Core; class T { int x = Count; }", "Recede.Engine.Nn")]
    [TestCase("Core/T.cs", "namespace Recede.Engine.Core; class T { string x = $\"{Nn.Layer.Count}\"; }", "Recede.Engine.Nn")]
    [TestCase("Core/T.cs", "namespace Recede.Engine.Core; class T { List<Nn.Layer[]>? x; }", "Recede.Engine.Nn")]
    [TestCase("Core/T.cs", "namespace Recede.Engine.Core; class T\n#if DEBUG\n { Nn.Layer? x; }\n#endif", "Recede.Engine.Nn")]
    [TestCase("Core/T.cs", "namespace Recede.Engine.Core; class T { void F(Tensor t) => Ops.Relu.Apply(t); }", "Recede.Engine.Ops")]
    [TestCase("Devices/T.cs", "namespace Recede.Engine.Devices; class T { Core.Tensor? x; }", "Recede.Engine.Core")]
    [TestCase("Ops/A/T.cs", "namespace Recede.Engine.Ops; class T { Nn.Layer x = new(); }", "Recede.Engine.Nn")]
    [TestCase("Nn/T.cs", "namespace Recede.Engine.Nn; class T { Devices.Cpu.Pool? x; }", "Recede.Engine.Devices.Cpu")]
    [TestCase("Nn/T.cs", "namespace Recede.Engine.Nn; class T { void F(Core.Tensor t) => t.Device.Pool.Run(); }", "Recede.Engine.Devices.Cpu")]
    [TestCase("Pruning/T.cs", "namespace Recede.Engine.Pruning; class T { Optim.Sgd? x; }", "Recede.Engine.Optim")]
    [TestCase("Data/T.cs", "namespace Recede.Engine.Data; class T { Training.Loop? x; }", "Recede.Engine.Training")]
    [TestCase("Training/T.cs", "namespace Recede.Engine.Training; class T { Trainer.Screen? x; }", "Recede.Trainer")]
    public void A_planted_arrow_is_found(string path, string text, string target)
    {
        Assert.That(
            FindIn(("src/Recede.Engine/" + path, text)),
            Has.Some.Matches<Finding>(found => found.Path.EndsWith(path, StringComparison.Ordinal)
                && found.What.Contains($"may not use {target} ", StringComparison.Ordinal)));
    }

    [TestCase("Recede.Engine/Core/T.cs", "namespace Recede.Engine.Core; class T { Devices.Device? x; Devices.Cpu.Pool? y; }")]
    [TestCase("Recede.Engine/Core/T.cs", "namespace Recede.Engine.Core; /* Nn.Layer */ class T { /// <see cref=\"Nn.Layer\"/>\n string x = \"Recede.Engine.Nn.Layer\"; }")]
    [TestCase("Recede.Engine/Ops/A/T.cs", "using Recede.Engine.Core; namespace Recede.Engine.Ops; class T { void F(Tensor t) => t.Device.Pool.Run(); }")]
    [TestCase("Recede.Engine/Nn/T.cs", "using Recede.Engine.Ops; namespace Recede.Engine.Nn; class T { void F(Core.Tensor t, Devices.Device d) => t.Apply(); }")]
    [TestCase("Recede.Engine/Training/T.cs", "namespace Recede.Engine.Training; class T { Optim.Sgd? x; Nn.Layer? y; }")]
    [TestCase("Recede.Trainer/T.cs", "using Recede.Engine.Training; namespace Recede.Trainer; class T { Loop? x; Screen? y; }")]
    public void An_allowed_arrow_is_not_a_finding(string path, string text) =>
        Assert.That(FindIn(("src/" + path, text)), Is.Empty);

    [TestCase("Recede.Engine/Layers/T.cs", "namespace Recede.Engine.Layers; class T { }")]
    [TestCase("Recede.Tools/T.cs", "namespace Recede.Tools; class T { }")]
    public void A_folder_that_is_no_room_is_found(string path, string text) =>
        Assert.That(FindIn(("src/" + path, text)), Has.One.Matches<Finding>(found => found.What.Contains("no room", StringComparison.Ordinal)));

    [Test]
    public void The_bindings_know_nobody_and_only_devices_know_them()
    {
        Assert.That(Rooms.All.Where(room => Rooms.Allows("Recede.Cuda", room)), Is.EqualTo(["Recede.Cuda"]));
        Assert.That(
            Rooms.All.Where(room => Rooms.Allows(room, "Recede.Cuda")),
            Is.EquivalentTo(["Recede.Cuda", "Recede.Engine.Devices", "Recede.Engine.Devices.Cpu", "Recede.Engine.Devices.Cuda"]));
    }

    [Test]
    public void Two_rooms_know_each_other_only_inside_devices()
    {
        var mutual = from a in Rooms.All
                     from b in Rooms.All
                     where string.CompareOrdinal(a, b) < 0 && Rooms.Allows(a, b) && Rooms.Allows(b, a)
                     select (a, b);
        Assert.That(mutual.Where(pair => !pair.a.StartsWith("Recede.Engine.Devices", StringComparison.Ordinal)), Is.Empty);
    }

    private static List<Finding> FindIn(params (string Path, string Text)[] planted) =>
        [.. SymbolRules.Arrows(SourceTree.Of([.. House, .. planted]))];
}
