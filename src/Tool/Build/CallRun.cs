using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;
using MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;

namespace MsBuildKit.Tool.Build;

/// <summary>Answers a question about a Dockerfile, instead of building it.</summary>
internal static class CallRun
{
    public static int Run(ToolHost host, BuildSubmission submission, SubmittedDockerfile dockerfile)
    {
        var parsed = DockerfileParser.Parse(dockerfile.Text, dockerfile.File);
        var answer = submission.Call switch
        {
            BuildCall.Lint => Lint(parsed, submission),
            BuildCall.Outline => OutlineSubrequest.Answer(parsed, RequestFactory.CreateDockerfile(submission, dockerfile, host)),
            _ => TargetsSubrequest.Answer(parsed),
        };
        host.Output.Write(submission.IsCallJson ? answer.Json + "\n" : answer.Text);
        if (submission is { Call: BuildCall.Lint, IsCallJson: false } && answer.StatusCode == 0) host.Output.WriteLine("Check complete, no warnings found.");
        return answer.StatusCode == 0 ? ExitCodes.Success : ExitCodes.FaultsFound;
    }

    private static SubrequestResult Lint(ParsedDockerfile parsed, BuildSubmission submission)
    {
        var report = LintReport.Of(parsed, submission.BuildArgs);
        DockerfileLinter.Check(parsed, report);
        return LintSubrequest.Answer(parsed, report.Warnings, parsed.Faults.Count == 0 ? null : new DockerfileException(parsed.File, parsed.Faults));
    }
}
