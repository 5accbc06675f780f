namespace Recede.Engine.Tests.Support;

/// <summary>A fixture that is run per device: mark it with a <c>[TestFixture]</c> for each name.</summary>
internal abstract class DeviceFixture(string device)
{
    /// <summary>The device that this instance is for.</summary>
    protected TestDevice Kind { get; } = TestDevice.Named(device);

    /// <summary>Ends what a test left of the device's kind, and fails where that found something wrong.</summary>
    [TearDown]
    public void CloseKind() => Kind.Close();
}
