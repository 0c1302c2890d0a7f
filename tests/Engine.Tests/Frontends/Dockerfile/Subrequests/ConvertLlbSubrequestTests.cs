using MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;
using MsBuildKit.Engine.Llb.Pb;
using Google.Protobuf;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Subrequests;

public sealed class ConvertLlbSubrequestTests
{
    [Fact]
    public void Answer_OperationsAndMetadata_AreNamedByDigest()
    {
        var source = new Op { Source = new SourceOp { Identifier = "docker-image://example.com/a:1" } }.ToByteString();
        var digest = Digest.Of(source.Span).ToString();
        var file = new Op { Inputs = { new Input { Digest = digest } }, Exec = new ExecOp { Meta = new Meta { Args = { "true" } }, Network = NetMode.Host } }.ToByteString();
        var definition = new Definition
        {
            Def = { source, file }, Metadata = { [digest] = new OpMetadata { IgnoreCache = true, ProgressGroup = new ProgressGroup { Id = "g" } } },
            Source = new Source { Infos = { new SourceInfo { Filename = "Dockerfile" } } },
        };

        var json = ConvertLlbSubrequest.Answer(definition).Json();

        Assert.Equal(2, json["def"]!.AsObject().Count);
        Assert.Equal("docker-image://example.com/a:1", (string?)json["def"]![digest]!["source"]!["identifier"]);
        var exec = json["def"]![Digest.Of(file.Span).ToString()]!;
        Assert.Equal(digest, (string?)exec["inputs"]![0]!["digest"]);
        Assert.Equal(("true", "HOST"), ((string?)exec["exec"]!["meta"]!["args"]![0], (string?)exec["exec"]!["network"]));
        Assert.Equal("""{"ignore_cache":true,"progress_group":{"id":"g"}}""", json["metadata"]![digest]!.ToJsonString());
        Assert.Equal("Dockerfile", (string?)json["source"]!["infos"]![0]!["filename"]);
    }
}
