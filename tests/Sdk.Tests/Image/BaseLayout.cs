namespace MsBuildKit.Sdk.Tests.Image;

/// <summary>A base image in a layout, made by the SDK itself: users, variables, an entrypoint, a label and a layer.</summary>
internal static class BaseLayout
{
    /// <summary>Adds the project to a tree and builds it; the result is a value for <c>ContainerBaseImage</c>.</summary>
    public static async Task<string> BuildAsync(ProjectTree tree, Action<ProjectDraft>? edit = null)
    {
        tree.Write("passwd", "root:x:0:0::/root:/bin/sh\nservice:x:4711:4712::/:/bin/sh\n");
        tree.Write("group", "root:x:0:\nservice:x:4712:\nothers:x:4800:\n");
        tree.Console("Ground", p =>
        {
            p.Properties("ContainerRepository=ground", "ContainerImageTag=1", "ContainerWorkingDirectory=/ground", "ContainerStopSignal=SIGQUIT")
                .Item("ContainerFile", "../passwd", ("TargetPath", "/etc/passwd"))
                .Item("ContainerFile", "../group", ("TargetPath", "/etc/group"))
                .Item("ContainerEnvironmentVariable", "FROM_BASE", ("Value", "1"))
                .Item("ContainerEnvironmentVariable", "REPLACED", ("Value", "base"))
                .Item("ContainerLabel", "base.label", ("Value", "kept"))
                .Item("ContainerVolume", "/base-volume");
            edit?.Invoke(p);
        });
        (await tree.ContainerBuildAsync("Ground")).Succeeded();
        return $"oci-layout:{tree.Layout("Ground").Directory}";
    }
}
