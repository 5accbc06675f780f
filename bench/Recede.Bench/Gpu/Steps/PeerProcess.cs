using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Recede.Bench.Gpu.Steps;

/// <summary>
/// PyTorch in a process of its own (bench/gpu/torch_steps.py), which is asked and answers in lines of JSON, so that its steps
/// and the engine's can take turns.
/// </summary>
internal sealed class PeerProcess : IDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(120);
    private readonly Process _process;

    private PeerProcess(Process process) => _process = process;

    /// <summary>What it says of itself: versions, its GPU.</summary>
    public string Description { get; private set; } = "";

    /// <summary>Whether it still answers.</summary>
    public bool IsAlive => !_process.HasExited;

    /// <summary>Starts it; null, with a reason, where it cannot be.</summary>
    public static PeerProcess? Start(string python, string script, out string problem)
    {
        var start = new ProcessStartInfo(python, [script]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        try
        {
            var peer = new PeerProcess(Process.Start(start)!);
            try
            {
                peer.Description = (string?)peer.Read(LongestStart)["peer"] ?? "";
                problem = "";
                return peer;
            }
            catch (InvalidOperationException e)
            {
                peer.Dispose();
                problem = $"PyTorch ({python}): {e.Message}";
            }
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            problem = $"PyTorch ({python}): {e.Message}";
        }

        return null;
    }

    /// <summary>Asks and waits for the answer.</summary>
    /// <exception cref="InvalidOperationException">It failed, or did not answer in time and was ended.</exception>
    public JsonObject Ask(JsonObject question, TimeSpan patience)
    {
        try
        {
            _process.StandardInput.WriteLine(question.ToJsonString());
            _process.StandardInput.Flush();
        }
        catch (IOException e)
        {
            throw new InvalidOperationException($"the peer ended: {e.Message}", e);
        }

        return Read(patience);
    }

    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // It has ended already.
        }

        _process.Dispose();
    }

    private JsonObject Read(TimeSpan patience)
    {
        while (true)
        {
            var read = _process.StandardOutput.ReadLineAsync();
            if (!read.Wait(patience))
            {
                _process.Kill(entireProcessTree: true);
                throw new InvalidOperationException(FormattableString.Invariant($"no answer within {patience.TotalSeconds:F0} s"));
            }

            var line = read.Result ?? throw new InvalidOperationException("it ended without an answer");
            if (!line.StartsWith('{'))
            {
                // What libraries print beside the answers.
                continue;
            }

            try
            {
                var answer = JsonNode.Parse(line)!.AsObject();
                return (string?)answer["error"] is { } error ? throw new InvalidOperationException(error) : answer;
            }
            catch (JsonException e)
            {
                throw new InvalidOperationException($"it answered {line}", e);
            }
        }
    }
}
