using MsBuildKit.Engine;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Build.Progress;
using MsBuildKit.Tool.Remote;

namespace MsBuildKit.Tool.Build;

/// <summary>Builds what was submitted: reads the Dockerfile, hands over to the engine, and leaves what was asked for.</summary>
internal sealed class BuildRun(ToolHost host, BuildSubmission submission)
{
    private SubmittedDockerfile? _dockerfile;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var view = ProgressViews.Open(host, submission.Progress);
        var watch = new BuildWatch(view, host.Time);
        try
        {
            // The terminal is as it was at once, even if the build takes a moment to end.
            await using var restored = cancellationToken.Register(view.Complete).ConfigureAwait(false);
            return await BuildAsync(view, watch, cancellationToken).ConfigureAwait(false);
        }
        catch (BuildException e)
        {
            view.Complete();
            new FailureReport(host.Error, _dockerfile?.File ?? "", _dockerfile?.Text ?? "").Write(e, watch.Failed());
            return ExitCodes.Failed;
        }
        finally
        {
            view.Complete();
        }
    }

    private async Task<int> BuildAsync(IProgressView view, BuildWatch watch, CancellationToken cancellationToken)
    {
        using var services = host.OpenServices(null);
        using var folder = new TemporaryFolder();
        var side = new SideBuild(services, submission, host.Cores);
        _dockerfile = await new DockerfileReader(host, submission, side, folder).ReadAsync(cancellationToken).ConfigureAwait(false);
        if (submission.Call != BuildCall.Build) return await new CallRun(host, services, submission).RunAsync(_dockerfile, cancellationToken).ConfigureAwait(false);
        var outputs = await new OutputPlaces(services, submission, folder).ChooseAsync(cancellationToken).ConfigureAwait(false);
        var request = RequestFactory.Create(submission, _dockerfile, outputs, host);
        if (submission.Outputs.Count == 0)
            watch.Report(new BuildMessage(MessageLevel.Info, "No output is named, so the result stays in the store. Add --load for Docker or Podman, --push for a registry, or --output."));
        var result = await new Builder(submission.Builders.Count > 0 ? services with { Remote = CreateRemote() } : services).BuildAsync(request, watch, cancellationToken).ConfigureAwait(false);
        view.Complete();
        await LeaveAsync(result, folder, cancellationToken).ConfigureAwait(false);
        if (submission.Progress is ProgressMode.Plain or ProgressMode.Tty) RemarkReport.Write(host.Error, watch.Remarks);
        return ExitCodes.Success;
    }

    private RemoteSolver CreateRemote() => new(submission.Builders, new EndpointConnector(host.Environment), host.Credentials, host.Time);

    private async Task LeaveAsync(BuildResult result, TemporaryFolder folder, CancellationToken cancellationToken)
    {
        if (submission.MetadataFile is { } metadata) await WholeFile.WriteAsync(metadata, BuildMetadata.Text(result), cancellationToken).ConfigureAwait(false);
        if (submission.ImageIdFile is { } file) await WholeFile.WriteAsync(file, BuildMetadata.IdOf(result), cancellationToken).ConfigureAwait(false);
        if (submission.Outputs.Any(o => o.IsStandardOutput)) await folder.CopyAsync(OutputPlaces.Printed, host.OpenOutput, cancellationToken).ConfigureAwait(false);
        else if (submission.Progress == ProgressMode.Quiet) await host.Output.WriteLineAsync(BuildMetadata.IdOf(result)).ConfigureAwait(false);
    }
}
