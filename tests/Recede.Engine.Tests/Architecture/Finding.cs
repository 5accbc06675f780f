namespace Recede.Engine.Tests.Architecture;

/// <summary>One place where the code breaks a rule of the house.</summary>
internal sealed record Finding(string Path, int Line, string What)
{
    public override string ToString() => $"{Path}:{Line}: {What}";
}
