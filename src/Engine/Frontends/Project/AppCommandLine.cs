namespace MsBuildKit.Engine.Frontends.Project;

/// <summary>Places the application's command: which words become the entrypoint and which its replaceable arguments.</summary>
/// <remarks>The rules are those of the .NET SDK's <c>ContainerAppCommandInstruction</c>, the deprecated
/// <c>ContainerEntrypoint</c> items included.</remarks>
/// <param name="Entrypoint">The words of ENTRYPOINT; empty keeps the base image's.</param>
/// <param name="Cmd">The words of CMD.</param>
/// <param name="OverridesBaseEntrypoint">The base image had an entrypoint of its own that is lost.</param>
public sealed record AppCommandLine(IReadOnlyList<string> Entrypoint, IReadOnlyList<string> Cmd, bool OverridesBaseEntrypoint)
{
    /// <summary>Applies the rules; throws MBK1901 for combinations that contradict each other.</summary>
    public static AppCommandLine Place(ProjectImageConfig config, IReadOnlyList<string>? baseEntrypoint)
    {
        var hasOwn = config.Entrypoint.Count > 0 || config.EntrypointArgs.Count > 0;
        if (config.Instruction is null && IsLegacyArgsOnly(config))
            return new(config.AppCommand, config.EntrypointArgs, HasForeignEntrypoint(baseEntrypoint));
        if (config.EntrypointArgs.Count > 0 && config.Entrypoint.Count == 0)
            throw Conflict("ContainerEntrypointArgs needs ContainerEntrypoint; use ContainerAppCommandArgs for arguments of the application.");
        if (config.AppCommandArgs.Count > 0 && config.AppCommand.Count == 0)
            throw Conflict("ContainerAppCommandArgs needs ContainerAppCommand; set it, or use ContainerDefaultArgs.");

        var instruction = config.Instruction ?? (hasOwn ? AppCommandInstruction.DefaultArgs : AppCommandInstruction.Entrypoint);
        IReadOnlyList<string> own = [.. config.Entrypoint, .. config.EntrypointArgs];
        IReadOnlyList<string> command = [.. config.AppCommand, .. config.AppCommandArgs];
        return instruction switch
        {
            AppCommandInstruction.Entrypoint when hasOwn =>
                throw Conflict("ContainerEntrypoint cannot be combined with ContainerAppCommandInstruction=Entrypoint; use DefaultArgs, or drop one."),
            AppCommandInstruction.Entrypoint => new(command, config.DefaultArgs, HasForeignEntrypoint(baseEntrypoint)),
            AppCommandInstruction.DefaultArgs => new(own, [.. command, .. config.DefaultArgs], hasOwn && HasForeignEntrypoint(baseEntrypoint)),
            AppCommandInstruction.None => new(own, config.DefaultArgs, hasOwn && HasForeignEntrypoint(baseEntrypoint)),
            _ => throw new ArgumentOutOfRangeException(nameof(config)),
        };
    }

    // Before ContainerAppCommand existed, EntrypointArgs alone meant the arguments of the application.
    private static bool IsLegacyArgsOnly(ProjectImageConfig config) =>
        config.EntrypointArgs.Count > 0 && config.Entrypoint.Count == 0
        && config.DefaultArgs.Count == 0 && config.AppCommandArgs.Count == 0;

    // Microsoft's images have a bare 'dotnet' there, which is nobody's intention to keep.
    private static bool HasForeignEntrypoint(IReadOnlyList<string>? entrypoint) =>
        entrypoint is { Count: > 0 } && !(entrypoint.Count == 1 && entrypoint[0] is "dotnet" or "/usr/bin/dotnet");

    private static FrontendException Conflict(string message) => new(FrontendException.ConflictingEntrypoint, message);
}
