using Spectre.Console;
using Spectre.Console.Rendering;

namespace Recede.Trainer.Display;

/// <summary>What stands behind the bar: the task's description, as it is.</summary>
internal sealed class StatusColumn : ProgressColumn
{
    /// <inheritdoc/>
    protected override bool NoWrap => true;

    /// <inheritdoc/>
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(task.Description);
}
