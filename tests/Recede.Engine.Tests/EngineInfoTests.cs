namespace Recede.Engine.Tests;

public sealed class EngineInfoTests
{
    [Test]
    public void Version_has_three_numeric_parts()
    {
        Assert.That(EngineInfo.Version, Does.Match(@"^\d+\.\d+\.\d+$"));
    }
}
