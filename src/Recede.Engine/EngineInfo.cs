namespace Recede.Engine;

/// <summary>What this build of the engine is.</summary>
public static class EngineInfo
{
    /// <summary>The engine's version, as <c>major.minor.patch</c>.</summary>
    public static string Version { get; } = typeof(EngineInfo).Assembly.GetName().Version!.ToString(3);
}
