namespace Recede.Engine.Tests.Architecture;

/// <summary>Each rule finds what is planted against it, and leaves alone what it allows.</summary>
public sealed class RuleTests
{
    [TestCase("unsafe class T { }")]
    [TestCase("class T { unsafe void F() { } }")]
    [TestCase("class T { void F() { unsafe { } } }")]
    [TestCase("class T { bool x = System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated; }")]
    [TestCase("class T { bool x = System.Runtime.Intrinsics.X86.Avx2.IsSupported; }")]
    [TestCase("class T { void F(ref int x) => System.Runtime.CompilerServices.Unsafe.Add(ref x, 1) = 2; }")]
    public void Unsafe_code_is_found_where_it_must_not_be(string type)
    {
        foreach (var path in (string[])["Core/T.cs", "Ops/A/T.cs", "Nn/T.cs", "Optim/Cpu.cs"])
        {
            Assert.That(Unsafe(path, type), Is.Not.Empty, path);
        }

        foreach (var path in (string[])["Devices/T.cs", "Devices/Cpu/T.cs", "Ops/A/T.Cpu.cs", "Ops/A/T.Cuda.cs"])
        {
            Assert.That(Unsafe(path, type), Is.Empty, path);
        }
    }

    [Test]
    public void A_using_of_intrinsics_alone_is_found() =>
        Assert.That(SymbolRules.UnsafeCode(Source("Core/T.cs", "using System.Runtime.Intrinsics.X86;")), Has.One.Items);

    [TestCase("class T { object? x = System.Activator.CreateInstance(typeof(T)); }")]
    [TestCase("class T { object? x = typeof(T).GetMethod(\"F\"); }")]
    [TestCase("class T { object? x = System.Type.GetType(\"T\"); }")]
    [TestCase("class T { object? x = typeof(T).Assembly.GetTypes(); }")]
    [TestCase("class T { System.Reflection.MethodInfo? x; }")]
    public void Reflection_is_found_in_the_engine(string type) =>
        Assert.That(SymbolRules.Reflection(Source("Core/T.cs", type)), Is.Not.Empty);

    [TestCase("class T { string x = typeof(T).Name; }")]
    [TestCase("class T { System.Type x = typeof(T); }")]
    [TestCase("class T { object? x = typeof(T).Assembly.GetManifestResourceStream(\"k\"); }")]
    [TestCase("class T { string x = nameof(System.Reflection); }")]
    public void What_is_no_reflection_is_allowed(string type) =>
        Assert.That(SymbolRules.Reflection(Source("Core/T.cs", type)), Is.Empty);

    [TestCase("void F() { N.cuX(); }", 1)]
    [TestCase("void F() => N.cuX();", 1)]
    [TestCase("void F() { _ = N.cuX(); }", 0)]
    [TestCase("void F() => N.cuX().Check();", 0)]
    [TestCase("Recede.Cuda.Status F() => N.cuX();", 0)]
    public void An_unchecked_status_is_found(string method, int findings) =>
        Assert.That(
            SymbolRules.UncheckedStatuses(SourceTree.Of(
                ("src/Recede.Cuda/N.cs", """
                    namespace Recede.Cuda;
                    enum Status { }
                    static class N { public static Status cuX() => default; public static void Check(this Status s) { } }
                    """),
                ("src/Recede.Engine/Devices/T.cs", $"using Recede.Cuda; class T {{ {method} }}"))),
            Has.Exactly(findings).Items);

    [TestCase("public class A { } public class B { }", 1)]
    [TestCase("public enum A { } public delegate void B();", 1)]
    [TestCase("public class A { public class Inner { } } internal class B { } class C { }", 0)]
    [TestCase("public record struct A; public interface B { }", 1)]
    public void Several_public_types_in_a_file_are_found(string types, int findings) =>
        Assert.That(
            FileRules.SeveralPublicTypes(Source("Core/T.cs", "namespace Recede.Engine.Core; " + types)),
            Has.Exactly(findings).Items);

    [TestCase("Core/T.cs", "Recede.Engine.Core", 0)]
    [TestCase("Core/T.cs", "Recede.Engine.Nn", 1)]
    [TestCase("Ops/Conv2d/T.cs", "Recede.Engine.Ops", 0)]
    [TestCase("Ops/Conv2d/T.cs", "Recede.Engine.Ops.Conv2d", 1)]
    [TestCase("T.cs", "Recede.Engine", 0)]
    public void A_namespace_that_is_not_the_folders_is_found(string path, string ns, int findings) =>
        Assert.That(FileRules.StrayNamespaces(Source(path, $"namespace {ns}; class T {{ }}")), Has.Exactly(findings).Items);

    [TestCase(FileRules.MostLines, 0)]
    [TestCase(FileRules.MostLines + 1, 1)]
    public void A_long_file_is_found(int lines, int findings)
    {
        var text = string.Concat(Enumerable.Repeat("//\n", lines));
        Assert.That(FileRules.TooLong([("src/A/T.cs", text)]), Has.Exactly(findings).Items);
        Assert.That(FileRules.TooLong([("src/A/T.cs", text[..^1])]), Has.Exactly(findings).Items);
    }

    [Test]
    public void A_long_generated_file_needs_its_generator_beside_it()
    {
        var kernel = ("src/A/Generated/K.cs", new string('\n', 1000));
        Assert.That(FileRules.TooLong([kernel]), Has.One.Items);
        Assert.That(FileRules.TooLong([kernel, ("src/B/KernelGenerator.cs", "")]), Has.One.Items);
        Assert.That(FileRules.TooLong([kernel, ("src/A/KernelGenerator.cs", "")]), Is.Empty);
        Assert.That(FileRules.TooLong([kernel, ("src/A/Generated/generator.py", "")]), Is.Empty);
    }

    [TestCase("src/A/StringUtils.cs", 1)]
    [TestCase("src/A/helpers.cs", 1)]
    [TestCase("src/A/BufferManager.Cpu.cs", 1)]
    [TestCase("src/Helpers/Shape.cs", 0)]
    public void An_empty_name_is_found(string path, int findings) =>
        Assert.That(FileRules.EmptilyNamed([path]), Has.Exactly(findings).Items);

    [Test]
    public void A_name_that_means_nothing_is_reported() =>
        Assert.That(Source("Core/T.cs", "class T { Nowhere x; }").UnknownNames(), Has.One.Items);

    private static IEnumerable<Finding> Unsafe(string path, string type) => SymbolRules.UnsafeCode(Source(path, type));

    private static SourceTree Source(string path, string text) => SourceTree.Of(("src/Recede.Engine/" + path, text));
}
