using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace Recede.Engine.Tests.Runner;

/// <summary>Those tests of a category and with certain names that have not run yet.</summary>
internal sealed class TestSelection(string? category, IReadOnlyList<string> names, IReadOnlySet<string> done) : ITestFilter
{
    /// <inheritdoc/>
    public bool Pass(ITest test) => test.IsSuite ? test.Tests.Any(Pass) : Wanted(test);

    /// <inheritdoc/>
    public bool IsExplicitMatch(ITest test) => false;

    /// <inheritdoc/>
    public TNode ToXml(bool recursive) => new("filter");

    /// <inheritdoc/>
    public TNode AddToXml(TNode parentNode, bool recursive) => parentNode.AddElement("filter");

    private bool Wanted(ITest test) =>
        (category is null || IsOf(category, test))
        && (names.Count == 0 || names.Any(name => test.FullName.Contains(name, StringComparison.Ordinal)))
        && !done.Contains(test.FullName);

    private static bool IsOf(string category, ITest test)
    {
        for (ITest? at = test; at is not null; at = at.Parent)
        {
            if (at.Properties[PropertyNames.Category].Contains(category))
            {
                return true;
            }
        }

        return false;
    }
}
