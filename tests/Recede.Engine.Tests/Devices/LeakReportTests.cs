using System.Diagnostics;
using Recede.Engine.Devices;

namespace Recede.Engine.Tests.Devices;

/// <summary>What a debug build says of memory that nobody gave back.</summary>
[TestFixture]
internal sealed class LeakReportTests
{
    [Test]
    public void A_debug_build_reports_buffers_that_outlive_their_device()
    {
        using var heard = new StringWriter();
        using var listener = new TextWriterTraceListener(heard);
        Trace.Listeners.Add(listener);
        try
        {
            var device = Device.Cpu(1);
            using var buffer = device.Allocate(123_456);
            device.Dispose();
            listener.Flush();
        }
        finally
        {
            Trace.Listeners.Remove(listener);
        }

#if DEBUG
        Assert.That(heard.ToString(), Does.Contain("hold 123456 bytes"));
#else
        Assert.That(heard.ToString(), Does.Not.Contain("123456"));
#endif
    }
}
