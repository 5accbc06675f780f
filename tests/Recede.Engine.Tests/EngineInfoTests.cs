namespace Recede.Engine.Tests;

public sealed class EngineInfoTests
{
    [Test]
    public void Version_is_the_assemblys() =>
        Assert.That(typeof(EngineInfo).Assembly.GetName().Version!.ToString(3), Is.EqualTo(EngineInfo.Version));
}
