namespace Recede.Engine.Core;

/// <summary>The arguments of one op's calls in a step.</summary>
internal interface IArgumentStore
{
    /// <summary>Forgets the step's arguments.</summary>
    void Clear();
}
