using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Recede.Engine.Tests.Data.Downloads;

/// <summary>A web server on loopback that serves files, and misbehaves as it is told.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly List<string> _requests = [];
    private bool _isOver;

    public LoopbackServer()
    {
        _listener.Start();
        _ = Task.Run(Serve);
    }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/files/");

    /// <summary>What is served.</summary>
    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>The connection is closed behind so many bytes of a body; null for never.</summary>
    public int? CutBehind { get; set; }

    /// <summary>The connection is kept open and nothing sent behind so many bytes of a body; null for never.</summary>
    public int? SilentBehind { get; set; }

    /// <summary>A request for a part of a file gets all of it.</summary>
    public bool IgnoresRanges { get; set; }

    /// <summary>A body's length is not told; it ends where the connection does.</summary>
    public bool HidesLength { get; set; }

    /// <summary>Answered to every request; null serves files.</summary>
    public string? Status { get; set; }

    /// <summary>Where every request is sent on to; null serves files.</summary>
    public string? Location { get; set; }

    /// <summary>Told before an answer is begun.</summary>
    public Action? BeforeAnswer { get; set; }

    /// <summary>"NAME" or "NAME from N" of each request.</summary>
    public string[] Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>Ends the server; also a second time.</summary>
    public void Dispose()
    {
        if (!_isOver)
        {
            _isOver = true;
            _end.Cancel();
            _listener.Dispose();
            _end.Dispose();
        }
    }

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                _ = Task.Run(() => Answer(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task Answer(TcpClient client)
    {
        using var ending = client;
        try
        {
            await using var stream = client.GetStream();
            var lines = await ReadHead(stream);
            var name = lines[0].Split(' ')[1].Split('/')[^1];
            var range = lines.FirstOrDefault(line => line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase));
            var from = range is null ? 0 : int.Parse(range["Range: bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
            lock (_requests)
            {
                _requests.Add(from > 0 ? $"{name} from {from}" : name);
            }

            BeforeAnswer?.Invoke();
            await Answer(stream, name, from);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever asked has gone, or the test is over.
        }
    }

    private async Task Answer(NetworkStream stream, string name, int from)
    {
        if (Location is not null || Status is not null || !Files.TryGetValue(name, out var file))
        {
            var status = Location is not null ? "302 Found" : Status ?? "404 Not Found";
            var location = Location is null ? "" : $"Location: {Location}\r\n";
            await Write(stream, $"HTTP/1.1 {status}\r\n{location}Content-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }

        from = IgnoresRanges ? 0 : from;
        if (from > file.Length)
        {
            await Write(stream, "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }

        var length = HidesLength ? "" : $"Content-Length: {file.Length - from}\r\n";
        var head = from == 0 ? "200 OK" : $"206 Partial Content\r\nContent-Range: bytes {from}-{file.Length - 1}/{file.Length}";
        await Write(stream, $"HTTP/1.1 {head}\r\n{length}Connection: close\r\n\r\n");
        var body = file.AsMemory(from);
        var sent = Math.Min(body.Length, Math.Min(CutBehind ?? int.MaxValue, SilentBehind ?? int.MaxValue));
        await stream.WriteAsync(body[..sent], _end.Token);
        await stream.FlushAsync(_end.Token);
        if (sent < body.Length && SilentBehind is not null)
        {
            await Task.Delay(Timeout.Infinite, _end.Token);
        }
    }

    private async Task<string[]> ReadHead(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, _end.Token) == 1)
        {
            head.Append((char)one[0]);
        }

        return head.ToString().Split("\r\n");
    }

    private async Task Write(NetworkStream stream, string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text), _end.Token);
}
