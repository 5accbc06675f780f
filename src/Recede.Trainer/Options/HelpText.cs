using Recede.Engine;

namespace Recede.Trainer.Options;

/// <summary>The help, laid out for 80 columns.</summary>
internal static class HelpText
{
    private const int Width = 80;
    private const int TextColumn = 25;

    /// <summary>What <c>recede --help</c> prints.</summary>
    public static void WriteProgram(TextWriter writer)
    {
        writer.WriteLine($"""
            recede {EngineInfo.Version} - trains networks until unneeded neurons recede, and removes them

            Usage: recede COMMAND [options]

            Commands
              run          Train a network, prune it at each ratio, fine-tune and report.
              inspect      Tell what network a checkpoint holds.
              devices      Tell what can be trained on here, and what CUDA lacks.

            Options
              --help       Show this, or after a command, what the command does.
              --version    Show the version.

            Start with
              recede run           takes a few minutes; brings its own images
              recede run --help    what happens, every option, examples
            """);
    }

    /// <summary>What <c>recede inspect --help</c> prints.</summary>
    public static void WriteInspect(TextWriter writer) => writer.WriteLine("""
        recede inspect - tell what network a checkpoint holds

        Usage: recede inspect FILE

        Prints the network's layers with their widths, parameters and FLOPs, and the
        histogram of its importances. FILE is what recede run --out writes, such as
        results/pruned-50.safetensors; it is held against its checksum first, and needs
        neither the network's class nor any option.
        """);

    /// <summary>What <c>recede devices --help</c> prints.</summary>
    public static void WriteDevices(TextWriter writer) => writer.WriteLine("""
        recede devices - tell what can be trained on here, and what CUDA lacks

        Usage: recede devices

        Lists the CPU and the GPUs that NVIDIA's driver sees, then the libraries that
        the CUDA device needs: the driver, NVRTC, cuBLAS and cuDNN 9, of CUDA 12 or 13.
        Each is told with its version and file; for what is missing, what to do.

        They are looked for in this order:
          1. the folders of RECEDE_CUDA_PATH (a list as in PATH): folders of libraries,
             of a toolkit, or of a Python environment
          2. where the system's loader looks
          3. the toolkit's folders: CUDA_PATH, CUDA_HOME and where it is installed
          4. the nvidia packages of the active Python environment (VIRTUAL_ENV,
             CONDA_PREFIX), which PyTorch for CUDA brings
        """);

    /// <summary>What <c>recede run --help</c> prints.</summary>
    public static void WriteRun(TextWriter writer, IReadOnlyList<OptionGroup> groups)
    {
        writer.WriteLine("""
            recede run - train a network, prune it, fine-tune what is left, report

            Usage: recede run [options]

            What happens
              1. A network is trained on images. Every channel has an importance between
                 0 and 1, and a penalty pulls weak ones to 0 and leaves strong ones alone,
                 so that by and by they split in two.
              2. For each ratio, a copy of the trained network loses that share of its
                 channels, the least important ones: its arrays really become smaller.
              3. The copy is measured as it is, fine-tuned without the penalty, and
                 measured again: accuracy, parameters, FLOPs, bytes, time.
              Without options: vgg-small on 10,000 embedded Fashion-MNIST images, 8 epochs,
              50 % and 90 % of the channels pruned, 3 epochs of fine-tuning each.

            Examples
              recede run
              recede run --out results                      also writes results/run.json
              recede run --resume --out results             goes on with it, if it was ended
              recede run --method l1                        the same with a baseline
              recede run --network resnet-20 --epochs 12 --ratios 0.3,0.5,0.7
              recede run --data fashion-mnist --augment crop+flip --epochs 20
              recede run --preset vgg16-cifar10 --data cifar-10-batches-bin --out vgg

            Presets (whole recipes; all but the first take hours to days on a CPU)
            """);
        foreach (var preset in Presets.All)
        {
            WriteRow(writer, preset.Name, preset.Summary);
        }

        foreach (var group in groups)
        {
            writer.WriteLine();
            writer.WriteLine(group.Title);
            foreach (var option in group.Options)
            {
                var value = option.HelpName is { Length: > 0 } name ? " " + name : "";
                WriteRow(writer, option.Name + value, option.Description ?? "");
            }
        }

        writer.WriteLine("""

            Exit codes: 0 done; 1 it could not be done (data, space, a training that
            diverged); 2 wrong options; 130 interrupted, 143 terminated: with --out the run
            is kept then, and --resume goes on with it. RECEDE_DEBUG=1 adds the stack trace
            to an error.
            """);
    }

    private static void WriteRow(TextWriter writer, string name, string text)
    {
        var line = $"  {name}".PadRight(TextColumn - 1);
        var used = line.Length;
        writer.Write(line);
        foreach (var word in text.Split(' '))
        {
            if (used + 1 + word.Length >= Width)
            {
                writer.WriteLine();
                writer.Write(new string(' ', TextColumn - 1));
                used = TextColumn - 1;
            }

            writer.Write(' ');
            writer.Write(word);
            used += 1 + word.Length;
        }

        writer.WriteLine();
    }
}
