using Google.Protobuf;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Tool.Daemon.Builds;

namespace MsBuildKit.Tool.Daemon.Frontends.Dockerfile;

/// <summary>Answers questions about a Dockerfile, instead of building it.</summary>
/// <param name="check">Finds what is to be said of it.</param>
internal sealed class SubrequestAnswers(Func<Task<DockerfileCheck>> check)
{
    /// <summary>Throws MBK2522 for a question that nobody answers, and <see cref="DockerfileException"/>.</summary>
    public async Task<FrontendResult> AnswerAsync(string question, ParsedDockerfile file, DockerfileRequest request)
    {
        if (KnownSubrequests.All.FirstOrDefault(s => s.Name == question) is not { } known)
            throw new FrontendException(FrontendException.UnknownRequest, ErrorKind.NotSupported, $"unsupported request {question}") { Subrequest = question };
        if (known == KnownSubrequests.Describe) return Write(known, DescribeSubrequest.Answer());
        if (known == KnownSubrequests.Outline) return Write(known, OutlineSubrequest.Answer(file, request));
        if (known == KnownSubrequests.Targets) return Write(known, TargetsSubrequest.Answer(file));
        var found = await check().ConfigureAwait(false);
        return Write(known, known == KnownSubrequests.Lint ? LintSubrequest.Answer(found.File, found.Warnings, found.Error) : Graph(found));
    }

    // Of the first platform, as BuildKit answers. An image that was not found would be missing in it.
    private static SubrequestResult Graph(DockerfileCheck found)
    {
        if (found.Error is { } error) throw error;
        if (found.Unreached.Count > 0)
            throw new FrontendException(FrontendException.OutOfReach, ErrorKind.Unavailable, $"'{found.Unreached[0]}' cannot be reached, so there is no graph. Check the network, or give it as a context.");
        return ConvertLlbSubrequest.Answer(LlbMarshaller.MarshalOrNull(found.Images[0].Graph) ?? new Definition());
    }

    private static FrontendResult Write(Subrequest known, SubrequestResult answer)
    {
        var forms = new Dictionary<string, ByteString>(StringComparer.Ordinal) { ["version"] = ByteString.CopyFromUtf8(known.Version) };
        foreach (var form in known.Metadata)
            forms[form] = ByteString.CopyFromUtf8(form switch { "result.json" => answer.Json, "result.txt" => answer.Text, _ => answer.StatusCode == 0 ? "0" : "1" });
        return new FrontendResult { Metadata = forms };
    }
}
