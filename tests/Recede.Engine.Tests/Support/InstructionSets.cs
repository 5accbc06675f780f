namespace Recede.Engine.Tests.Support;

/// <summary>
/// Names the category of the tests that are run again with instructions switched off: every test of a kernel that is
/// written more than once, for several instruction sets. Mark a fixture with <c>[Category(InstructionSets.Category)]</c>.
/// </summary>
internal static class InstructionSets
{
    public const string Category = "InstructionSets";
}
