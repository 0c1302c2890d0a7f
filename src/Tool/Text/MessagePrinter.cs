using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Text;

/// <summary>Prints what an engine has to say while it works, but for details.</summary>
internal sealed class MessagePrinter(TextWriter output) : IProgress<BuildEvent>
{
    private readonly Lock _gate = new();

    /// <inheritdoc />
    public void Report(BuildEvent value)
    {
        if (value is not BuildMessage { Level: not MessageLevel.Detail } message) return;
        lock (_gate) output.WriteLine(message.Text);
    }
}
