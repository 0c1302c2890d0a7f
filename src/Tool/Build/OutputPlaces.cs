using MsBuildKit.Engine;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Build;

/// <summary>Says the engine where the result goes.</summary>
internal sealed class OutputPlaces(BuilderServices services, BuildSubmission submission, TemporaryFolder folder)
{
    /// <summary>The file that what goes to standard output is first written to.</summary>
    public const string Printed = "output";

    /// <summary>The outputs. Throws MBK2303 when an engine is to load the image and none is there: that is better known before a build than after.</summary>
    public async Task<IReadOnlyList<BuildOutput>> ChooseAsync(CancellationToken cancellationToken)
    {
        var outputs = new List<BuildOutput>();
        foreach (var output in submission.Outputs)
            switch (output.Kind)
            {
                case OutputKind.Image when output.Push: outputs.Add(new RegistryOutput(null)); break;
                case OutputKind.OciArchive: outputs.Add(new ArchiveOutput(PathOf(output), Docker: false)); break;
                case OutputKind.DockerArchive: outputs.Add(new ArchiveOutput(PathOf(output), Docker: true)); break;
                case OutputKind.Tar: outputs.Add(new TreeOutput(PathOf(output), IsTar: true)); break;
                case OutputKind.Folder: outputs.Add(new TreeOutput(PathOf(output), IsTar: false)); break;
                case OutputKind.Load: outputs.Add(new LocalEngineOutput(await FindEngineAsync(cancellationToken).ConfigureAwait(false))); break;
            }
        return [.. outputs.Distinct()];
    }

    /// <summary>The layout to write, or <c>null</c>.</summary>
    public static string? LayoutOf(BuildSubmission submission) => submission.Outputs.FirstOrDefault(o => o.Kind == OutputKind.OciLayout)?.Path;

    private string PathOf(SubmittedOutput output) => output.Path ?? folder.PathOf(Printed);

    private async Task<string> FindEngineAsync(CancellationToken cancellationToken) =>
        await services.LocalEngines.FindAsync(cancellationToken).ConfigureAwait(false)
        ?? throw new ToolException(ToolException.NoEngine, ErrorKind.Unavailable, "The image is to be loaded, and neither Docker nor Podman answers. Start one, or choose --output type=oci,dest=FILE.");
}
