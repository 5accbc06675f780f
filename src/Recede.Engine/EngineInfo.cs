namespace Recede.Engine;

/// <summary>What this build of the engine is.</summary>
public static class EngineInfo
{
    /// <summary>The engine's version, as <c>major.minor.patch</c>; the same as its assembly's.</summary>
    public const string Version = "0.1.0";
}
