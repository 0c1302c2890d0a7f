using MsBuildKit.Engine;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Tool.Build;

/// <summary>Answers a question about a Dockerfile, instead of building it.</summary>
internal sealed class CallRun(ToolHost host, BuilderServices services, BuildSubmission submission)
{
    public async Task<int> RunAsync(SubmittedDockerfile dockerfile, CancellationToken cancellationToken)
    {
        var answer = submission.Call switch
        {
            BuildCall.Lint => await LintAsync(dockerfile, cancellationToken).ConfigureAwait(false),
            BuildCall.Outline => OutlineSubrequest.Answer(Parse(dockerfile), RequestFactory.CreateDockerfile(submission, dockerfile, host)),
            BuildCall.Graph => await GraphAsync(dockerfile, cancellationToken).ConfigureAwait(false),
            BuildCall.Describe => DescribeSubrequest.Answer(),
            _ => TargetsSubrequest.Answer(Parse(dockerfile)),
        };
        // A graph has no other form.
        await host.Output.WriteAsync(submission.IsCallJson || submission.Call == BuildCall.Graph ? answer.Json + "\n" : answer.Text).ConfigureAwait(false);
        if (submission is { Call: BuildCall.Lint, IsCallJson: false } && answer.StatusCode == 0) await host.Output.WriteLineAsync("Check complete, no warnings found.").ConfigureAwait(false);
        return answer.StatusCode == 0 ? ExitCodes.Success : ExitCodes.FaultsFound;
    }

    private static ParsedDockerfile Parse(SubmittedDockerfile dockerfile) => DockerfileParser.Parse(dockerfile.Text, dockerfile.File);

    private async Task<SubrequestResult> LintAsync(SubmittedDockerfile dockerfile, CancellationToken cancellationToken)
    {
        var found = await CheckAsync(dockerfile, cancellationToken).ConfigureAwait(false);
        foreach (var image in found.Unreached)
            await host.Error.WriteLineAsync($"note: '{image}' cannot be reached, so what depends on it was not checked.").ConfigureAwait(false);
        return LintSubrequest.Answer(found.File, found.Warnings, found.Error);
    }

    // Of the first platform, as BuildKit answers. An image that was not found would be missing in it.
    private async Task<SubrequestResult> GraphAsync(SubmittedDockerfile dockerfile, CancellationToken cancellationToken)
    {
        var found = await CheckAsync(dockerfile, cancellationToken).ConfigureAwait(false);
        if (found.Error is { } error) throw error;
        if (found.Unreached.Count > 0)
            throw new ToolException(ToolException.OutOfReach, ErrorKind.Unavailable, $"'{found.Unreached[0]}' cannot be reached, so there is no graph. Check the network, or give it as a --build-context.");
        var graph = found.Images[0].Graph;
        return ConvertLlbSubrequest.Answer(ReferenceEquals(graph, LlbState.Scratch) ? new Definition() : LlbMarshaller.Marshal(graph));
    }

    private Task<DockerfileCheck> CheckAsync(SubmittedDockerfile dockerfile, CancellationToken cancellationToken) =>
        new Builder(services).CheckAsync(RequestFactory.Create(submission, dockerfile, [], host), cancellationToken);
}
