namespace MsBuildKit.Tool.Build.Progress;

/// <summary>Opens the view that a build was asked for.</summary>
internal static class ProgressViews
{
    public static IProgressView Open(ToolHost host, ProgressMode mode) => mode switch
    {
        ProgressMode.Tty => new TtyView(host.Error, host.Time, host.TerminalSize, colors: host.Environment.GetValueOrDefault("NO_COLOR") is null or ""),
        ProgressMode.RawJson => new RawJsonView(host.Error, host.Time),
        ProgressMode.Quiet => new QuietView(),
        _ => new PlainView(host.Error, host.Time),
    };
}
