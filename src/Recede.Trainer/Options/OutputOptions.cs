using System.CommandLine;
using System.CommandLine.Parsing;

namespace Recede.Trainer.Options;

/// <summary>What a command that trains leaves behind and prints, and how it is gone on with.</summary>
internal sealed class OutputOptions
{
    private readonly Option<bool> _resume = OptionParsing.Flag(
        "--resume",
        "Go on with the run that --out holds, however it ended; the result is that of a run that did not end. It needs no other option; "
        + "given again, one must say what it said, but for --out, --data, --data-url, --device, --threads, --keep, --tensorboard and --quiet.");

    private readonly Option<int?> _keep = OptionParsing.Whole(
        "--keep", "N", 0, int.MaxValue, "Past epochs' networks to keep in --out, as epoch-0007.safetensors. Default: 0.");

    private readonly Option<string?> _tensorBoard = OptionParsing.Optional(
        "--tensorboard", "DIR", "a folder",
        "Also write each epoch's figures and histogram of importances for TensorBoard, into DIR or a folder tensorboard in --out. Default: none is written.");

    private readonly Option<string> _out;
    private readonly Option<bool> _quiet;

    /// <summary>Makes the options.</summary>
    /// <param name="files">What the folder gets.</param>
    /// <param name="result">What is printed in any case.</param>
    public OutputOptions(string files, string result)
    {
        _out = FolderOption($"Folder, made if need be, that gets {files} Default: none is written.");
        _quiet = OptionParsing.Flag("--quiet", $"Print only {result}.");
        All = [_out, _resume, _keep, _tensorBoard, _quiet];
        Free = All;
    }

    /// <summary>The options, as the help lists them.</summary>
    public IReadOnlyList<Option> All { get; }

    /// <summary>Those that a resumed run may have otherwise.</summary>
    public IReadOnlyList<Option> Free { get; }

    /// <summary>An option --out.</summary>
    public static Option<string> FolderOption(string description) => OptionParsing.Make<string>(
        "--out", "DIR", description, text => text.Length > 0 ? text : throw new FormatException("a folder"));

    /// <summary>The folder of the run to go on with; null when the line asks for a new one.</summary>
    /// <exception cref="UsageException">It says to go on, but not with what.</exception>
    public string? Resumed(ParseResult line) => !line.GetValue(_resume) ? null
        : line.GetValue(_out) ?? throw new UsageException("--resume: expected --out DIR with it, the folder of the run to go on with");

    /// <summary>The settings that a command line without errors asks for.</summary>
    /// <exception cref="UsageException">TensorBoard's files have no folder to go to.</exception>
    public OutputSettings Resolve(ParseResult line) => new()
    {
        Command = line.CommandResult.Command.Name,
        Folder = line.GetValue(_out),
        Resume = line.GetValue(_resume),
        Keep = line.GetValue(_keep) ?? 0,
        TensorBoard = TensorBoard(line),
        Quiet = line.GetValue(_quiet),
        Arguments = [.. line.Tokens.Where(token => token.Value != _resume.Name && token.Value != _quiet.Name).Select(token => Kept(token, line))],
    };

    // TensorBoard's folder is the same one wherever the run is gone on from.
    private string Kept(Token token, ParseResult line) =>
        line.GetResult(_tensorBoard)?.Tokens is [var folder] && ReferenceEquals(folder, token) ? Path.GetFullPath(token.Value) : token.Value;

    private string? TensorBoard(ParseResult line) => line.GetResult(_tensorBoard) is not { Implicit: false } ? null
        : line.GetValue(_tensorBoard)
        ?? (line.GetValue(_out) is { } folder
            ? Path.Combine(folder, "tensorboard")
            : throw new UsageException($"{_tensorBoard.Name}: expected a folder behind it, or --out with it"));
}
