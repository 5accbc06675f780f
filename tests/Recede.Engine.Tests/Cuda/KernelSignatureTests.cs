using System.Reflection;
using System.Runtime.CompilerServices;

namespace Recede.Engine.Tests.Cuda;

/// <summary>
/// The two sides of every launch: the structure that a kernel in kernels/*.cu takes, and the one that C# hands it. Nothing
/// else would notice a field in another order before a GPU does.
/// </summary>
[TestFixture]
internal sealed class KernelSignatureTests
{
    private static readonly IReadOnlyList<KernelText> Sources = KernelText.All();
    private static readonly IReadOnlyList<EngineKernel> Launched = EngineKernel.All();

    private static readonly Dictionary<string, Type> Types = new()
    {
        ["int"] = typeof(int), ["unsigned"] = typeof(uint), ["unsigned int"] = typeof(uint),
        ["long long"] = typeof(long), ["unsigned long long"] = typeof(ulong), ["float"] = typeof(float),
    };

    private static IEnumerable<TestCaseData> Kernels =>
        from source in Sources
        from entry in source.Entries
        select new TestCaseData(source, entry.Name, entry.Structure).SetArgDisplayNames(entry.Name);

    [Test]
    public void EveryKernelIsLaunchedAndEveryLaunchHasAKernel()
    {
        var written = Sources.SelectMany(source => source.Entries.Select(entry => $"{source.File}: {entry.Name}"));
        Assert.That(written, Is.EquivalentTo(Launched.Select(kernel => $"{kernel.File}: {kernel.Name}")));
    }

    [TestCaseSource(nameof(Kernels))]
    public void StructuresAgree(object source, string name, string structure)
    {
        var kernel = Launched.Single(one => one.Name == name);
        Assert.That(structure, Is.EqualTo(kernel.Arguments.Name), "the structure's name");
        Compare((KernelText)source, structure, kernel.Arguments);
    }

    [TestCaseSource(nameof(Kernels))]
    public void KernelIsRegisteredForTheHost(object source, string name, string structure) =>
        Assert.That(((KernelText)source).Registered().Count(one => one == name), Is.EqualTo(1), $"RECEDE_KERNEL({name}), {structure}");

    [TestCaseSource(nameof(Kernels))]
    public void CommentTellsLaunchMemoryAndDeterminism(object source, string name, string structure)
    {
        var comments = ((KernelText)source).CommentsFor(name);
        var uses = ((KernelText)source).UsesShared(name);
        Assert.Multiple(() =>
        {
            Assert.That(comments, Does.Match(@"(?i)\bgrid\b|\blaunch"), $"{name}({structure}): grid and block");
            Assert.That(comments, Does.Match(uses ? @"(?i)\bshared\b" : ""), "shared memory");
            Assert.That(comments, Does.Match(@"(?i)\bbytes\b|\breads\b|\bmoves\b"), "bytes moved");
            Assert.That(comments, Does.Match(@"(?i)\bdeterminis|\bsame bits\b|\bfixed order\b"), "determinism");
        });
    }

    private static void Compare(KernelText source, string structure, Type type)
    {
        var there = source.Fields(structure);
        var here = type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .OrderBy(field => field.MetadataToken).ToArray();
        Assert.That(here.Select(FieldName), Is.EqualTo(there.Select(field => Plain(field.Name))), $"fields of {structure}");
        for (var i = 0; i < here.Length; i++)
        {
            var (cType, name, length) = there[i];
            var one = here[i].FieldType;
            if (length > 0)
            {
                Assert.That(one.GetCustomAttribute<InlineArrayAttribute>()?.Length, Is.EqualTo(length), $"{structure}.{name}: length");
                one = one.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Single().FieldType;
            }

            if (cType.EndsWith('*'))
            {
                Assert.That(one, Is.EqualTo(typeof(nint)), $"{structure}.{name}: {cType}");
            }
            else if (Types.TryGetValue(cType, out var expected))
            {
                Assert.That(one, Is.EqualTo(expected), $"{structure}.{name}: {cType}");
            }
            else
            {
                Compare(source, cType, one);
            }
        }
    }

    // "<Name>k__BackingField" of a record's property, or the field's own name.
    private static string FieldName(FieldInfo field) => Plain(field.Name.Split('<', '>') is [_, var property, _] ? property : field.Name);

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
}
