using MsBuildKit.Engine;
using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;

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
            _ => TargetsSubrequest.Answer(Parse(dockerfile)),
        };
        await host.Output.WriteAsync(submission.IsCallJson ? answer.Json + "\n" : answer.Text).ConfigureAwait(false);
        if (submission is { Call: BuildCall.Lint, IsCallJson: false } && answer.StatusCode == 0) await host.Output.WriteLineAsync("Check complete, no warnings found.").ConfigureAwait(false);
        return answer.StatusCode == 0 ? ExitCodes.Success : ExitCodes.FaultsFound;
    }

    private static ParsedDockerfile Parse(SubmittedDockerfile dockerfile) => DockerfileParser.Parse(dockerfile.Text, dockerfile.File);

    private async Task<SubrequestResult> LintAsync(SubmittedDockerfile dockerfile, CancellationToken cancellationToken)
    {
        var found = await new Builder(services).CheckAsync(RequestFactory.Create(submission, dockerfile, [], host), cancellationToken).ConfigureAwait(false);
        foreach (var image in found.Unreached)
            await host.Error.WriteLineAsync($"note: '{image}' cannot be reached, so what depends on it was not checked.").ConfigureAwait(false);
        return LintSubrequest.Answer(found.File, found.Warnings, found.Error);
    }
}
