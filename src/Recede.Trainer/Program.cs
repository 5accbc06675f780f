using Recede.Engine;

Console.WriteLine($"recede {EngineInfo.Version}");
