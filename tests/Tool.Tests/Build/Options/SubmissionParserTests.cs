using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.TestKit;
using MsBuildKit.Tool.Build;
using MsBuildKit.Tool.Build.Options;
using MsBuildKit.Tool.Commands;
using Command = System.CommandLine.Command;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Tool.Tests.Build.Options;

public sealed class SubmissionParserTests : IDisposable
{
    private readonly TempFolder _folder = new("submission");

    public SubmissionParserTests()
    {
        Directory.CreateDirectory(_folder["ctx"]);
        _folder.Write("token", "s3cret");
        _folder.Write("key", "-----BEGIN OPENSSH PRIVATE KEY-----");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Parse_AContextOnly_IsABuildOfItsDockerfileForThisMachine()
    {
        var found = Parse("ctx");
        Assert.Equal(new FolderContext("context"), found.Context);
        Assert.Equal(_folder["ctx"], found.Folders["context"]);
        Assert.Equal(new DockerfileOnDisk(_folder["ctx/Dockerfile"]), found.Dockerfile);
        Assert.Equal([Platform.LinuxAmd64], found.Platforms);
        Assert.Equal((BuildCall.Build, ProgressMode.Plain, true, false), (found.Call, found.Progress, found.Provenance, found.Sbom));
        Assert.Null(found.NoCache);
        Assert.Empty(found.Outputs);
        Assert.Empty(found.Names);
        Assert.Equal(315_532_800, found.SourceDateEpoch);
    }

    [Theory]
    [InlineData("https://github.com/a/b.git", typeof(GitContext))]
    [InlineData("https://github.com/a/b.git#main:sub", typeof(GitContext))]
    [InlineData("github.com/a/b", typeof(GitContext))]
    [InlineData("git@example.com:a/b", typeof(GitContext))]
    [InlineData("ssh://git@example.com/a/b", typeof(GitContext))]
    [InlineData("https://example.com/context.tar.gz", typeof(HttpContext))]
    [InlineData("ctx", typeof(FolderContext))]
    public void Parse_Context_IsOfItsKind(string text, Type kind) => Assert.IsType(kind, Parse(text).Context);

    [Fact]
    public void Parse_StandardInput_IsNoContextYet()
    {
        var found = Parse("-");
        Assert.Null(found.Context);
        Assert.Equal(new DockerfileInContext("Dockerfile"), found.Dockerfile);
    }

    [Theory]
    [InlineData("ctx", "-", typeof(DockerfileOnInput))]
    [InlineData("ctx", "other/Dockerfile.prod", typeof(DockerfileOnDisk))]
    [InlineData("https://github.com/a/b.git", "docker/Dockerfile", typeof(DockerfileInContext))]
    [InlineData("https://github.com/a/b.git", "/etc/Dockerfile", typeof(DockerfileOnDisk))]
    public void Parse_File_IsWhereDockerLooks(string context, string file, Type kind) => Assert.IsType(kind, Parse("-f", file, context).Dockerfile);

    [Fact]
    public void Parse_Names_AreWholeReferences() =>
        Assert.Equal(["docker.io/library/shop:latest", "reg.example:5000/team/shop:1"], Parse("-t", "shop", "--tag", "reg.example:5000/team/shop:1", "-t", "shop:latest", "ctx").Names.Select(n => n.ToString()));

    [Fact]
    public void Parse_BuildArgs_ComeFromTheEnvironmentWithoutAValue()
    {
        var found = ParseIn([("HERE", "x=y")], "--build-arg", "A=1", "--build-arg", "HERE", "--build-arg", "NOWHERE", "--build-arg", "A=2", "--label", "only", "--label", "k=v=w", "ctx");
        Assert.Equal(new Dictionary<string, string> { ["A"] = "2", ["HERE"] = "x=y" }, found.BuildArgs);
        Assert.Equal(new Dictionary<string, string> { ["only"] = "", ["k"] = "v=w" }, found.Labels);
    }

    [Fact]
    public void Parse_Platforms_AreSplitAndTakenOnce() =>
        Assert.Equal(["linux/amd64", "linux/arm64", "linux/arm/v7"], Parse("--platform", "local,linux/arm64", "--platform=linux/arm/v7,linux/x86_64", "ctx").Platforms.Select(p => p.ToString()));

    [Fact]
    public void Parse_BuildContexts_AreWhatTheyName()
    {
        var found = Parse(
            "--build-context", "Base=docker-image://alpine:3", "--build-context", "lib=ctx", "--build-context", "lay=oci-layout://ctx:v1@sha256:" + new string('a', 64),
            "--build-context", "src=https://example.com/r.git", "--build-context", "tar=https://example.com/x.tar", "ctx");
        Assert.Equal(new ImageContext(ImageReference.Parse("alpine:3")), found.NamedContexts["base"]);
        Assert.Equal(_folder["ctx"], found.Folders[Assert.IsType<FolderContext>(found.NamedContexts["lib"]).Name]);
        var layout = Assert.IsType<LayoutContext>(found.NamedContexts["lay"]);
        Assert.Equal(("v1", _folder["ctx"]), (layout.Tag, found.Layouts[layout.Store]));
        Assert.Equal(new string('a', 64), layout.Digest?.Hex);
        Assert.IsType<GitContext>(found.NamedContexts["src"]);
        Assert.IsType<HttpContext>(found.NamedContexts["tar"]);
    }

    [Theory]
    [InlineData("id=t,src=token", "the file '")]
    [InlineData("id=t,source=token,type=file", "the file '")]
    [InlineData("id=t,env=TOKEN", "the environment variable 'TOKEN'")]
    [InlineData("type=env,id=t,src=TOKEN", "the environment variable 'TOKEN'")]
    [InlineData("id=TOKEN", "the environment variable 'TOKEN'")]
    [InlineData("id=token", "the file '")]
    public void Parse_Secret_IsWhereBuildxFindsIt(string text, string place) =>
        Assert.StartsWith(place, Assert.Single(ParseIn([("TOKEN", "x")], "--secret", text, "ctx").Secrets).Value.Place);

    [Fact]
    public void Parse_Ssh_IsAnAgentOrKeys()
    {
        var found = ParseIn([("SSH_AUTH_SOCK", "/run/agent")], "--ssh", "default", "--ssh", "ci=key", "ctx");
        Assert.Equal(new SshAgent("/run/agent"), found.Ssh["default"]);
        Assert.Equal([_folder["key"]], Assert.IsType<SshKeys>(found.Ssh["ci"]).Files);
    }

    [Theory]
    [InlineData("out", "Folder", "out")]
    [InlineData("-", "Tar", null)]
    [InlineData("type=local,dest=out", "Folder", "out")]
    [InlineData("type=tar,dest=o.tar", "Tar", "o.tar")]
    [InlineData("type=oci", "OciArchive", null)]
    [InlineData("type=oci,dest=-", "OciArchive", null)]
    [InlineData("type=oci,tar=false,dest=lay", "OciLayout", "lay")]
    [InlineData("type=docker", "Load", null)]
    [InlineData("type=docker,dest=d.tar", "DockerArchive", "d.tar")]
    [InlineData("type=image", "Image", null)]
    [InlineData("type=cacheonly", "CacheOnly", null)]
    [InlineData("type=oci,\"dest=a,b.tar\"", "OciArchive", "a,b.tar")]
    public void Parse_Output_IsOfItsKind(string text, string kind, string? path)
    {
        var output = Assert.Single(Parse("-o", text, "ctx").Outputs);
        Assert.Equal((kind, path is null ? null : _folder[path]), (output.Kind.ToString(), output.Path));
    }

    [Fact]
    public void Parse_OutputFields_ReachTheImage()
    {
        var found = Parse(
            "-o", "type=registry,\"name=reg.example/a:1,reg.example/b:2\",compression=zstd,compression-level=19,oci-mediatypes=true,annotation.com.example.k=v,annotation-index.i=w,rewrite-timestamp=true",
            "--annotation", "x=y", "--annotation", "index,manifest:both=1", "ctx");
        Assert.True(Assert.Single(found.Outputs).Push);
        Assert.Equal(["reg.example/a:1", "reg.example/b:2"], found.Names.Select(n => n.ToString()));
        Assert.Equal((Compression.Zstd, 19, false), (found.Compression, found.CompressionLevel, found.DockerFormat));
        Assert.Equal(["both=1", "com.example.k=v", "x=y"], found.ManifestAnnotations.Select(a => $"{a.Key}={a.Value}").Order());
        Assert.Equal(["both=1", "i=w"], found.IndexAnnotations.Select(a => $"{a.Key}={a.Value}").Order());
    }

    [Theory]
    [InlineData("--push -t a", "Image push")]
    [InlineData("--load", "Load")]
    [InlineData("--push --load -t a", "Image push, Load")]
    [InlineData("--push -t a -o type=image", "Image push")]
    [InlineData("--push -t a -o type=oci,dest=x.tar", "OciArchive, Image push")]
    public void Parse_PushAndLoad_AreShortForOutputs(string line, string expected) =>
        Assert.Equal(expected, string.Join(", ", Parse([.. line.Split(' '), "ctx"]).Outputs.Select(o => o.Kind + (o.Push ? " push" : ""))));

    [Theory]
    [InlineData("", true, false, false)]
    [InlineData("--provenance=false --sbom=true", false, true, false)]
    [InlineData("--provenance mode=max", true, false, true)]
    [InlineData("--attest type=sbom --attest type=provenance,mode=max", true, true, true)]
    [InlineData("--attest type=provenance,disabled=true", false, false, false)]
    public void Parse_Attestations_AreOnOrOff(string line, bool provenance, bool sbom, bool detailed)
    {
        var found = Parse([.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries), "ctx"]);
        Assert.Equal((provenance, sbom, detailed), (found.Provenance, found.Sbom, found.DetailedProvenance));
    }

    [Fact]
    public void Parse_StepOptions_AreNumbersAndAddresses()
    {
        var found = Parse("--add-host", "db:10.0.0.5", "--add-host", "six=[::1]", "--shm-size", "64m", "--ulimit", "nofile=1024:2048", "--ulimit", "nproc=9", "--allow", "network.host,security.insecure", "--allow", "device", "--network", "host", "ctx");
        Assert.Equal([new("db", "10.0.0.5"), new("six", "::1")], found.Hosts);
        Assert.Equal((64L << 20, NetMode.Host, new SubmittedGrants(true, true, true)), (found.SharedMemory, found.Network, found.Grants));
        Assert.Equal([new Ulimit { Name = "nofile", Soft = 1024, Hard = 2048 }, new Ulimit { Name = "nproc", Soft = 9, Hard = 9 }], found.Limits);
    }

    [Theory]
    [InlineData("--no-cache", "")]
    [InlineData("--no-cache-filter a,b --no-cache-filter c", "a b c")]
    public void Parse_NoCache_IsAllOrSomeStages(string line, string expected) => Assert.Equal(expected, string.Join(' ', Parse([.. line.Split(' '), "ctx"]).NoCache!));

    [Theory]
    [InlineData("--check", "Lint", false)]
    [InlineData("--call lint,format=json", "Lint", true)]
    [InlineData("--call outline", "Outline", false)]
    [InlineData("--call=targets,format=text", "Targets", false)]
    [InlineData("--call convertllb", "Graph", false)]
    [InlineData("--call subrequests.describe", "Describe", false)]
    public void Parse_Call_IsTheQuestion(string line, string call, bool json)
    {
        var found = Parse([.. line.Split(' '), "ctx"]);
        Assert.Equal((call, json), (found.Call.ToString(), found.IsCallJson));
    }

    [Theory]
    [InlineData(null, null, true, "", "Tty")]
    [InlineData(null, null, false, "", "Plain")]
    [InlineData(null, null, true, "CI", "Plain")]
    [InlineData("auto", null, true, "", "Tty")]
    [InlineData(null, "plain", true, "", "Plain")]
    [InlineData("rawjson", "plain", true, "", "RawJson")]
    [InlineData("quiet", null, true, "", "Quiet")]
    public void Parse_Progress_IsChosenByOptionThenVariableThenTerminal(string? option, string? variable, bool terminal, string set, string expected)
    {
        var faults = new OptionFaults();
        var environment = new Dictionary<string, string> { ["BUILDKIT_PROGRESS"] = variable ?? "", [set] = "true" };
        Assert.Equal(expected, new ProgressParser(environment, terminal, faults).Parse(option, quiet: false).ToString());
        Assert.Empty(faults.Texts);
    }

    [Theory]
    [InlineData("--secret id=a,soruce=token", "the key 'soruce', which is none (did you mean source?)")]
    [InlineData("--secret token", "'token', which is no key=value")]
    [InlineData("--secret src=token", "has no id")]
    [InlineData("--secret id=../x,src=token", "has the id '../x'")]
    [InlineData("--secret id=a,src=nowhere", "which is no file that is there")]
    [InlineData("--secret id=a,src=token,env=X", "both src and env")]
    [InlineData("--secret id=a,src=token --secret id=a,src=key", "the second of the id 'a'")]
    [InlineData("--secret id=a,id=b,src=token", "has 'id' twice")]
    [InlineData("--ssh default=nowhere", "which is not there")]
    [InlineData("--ssh =key", "begins with no id")]
    [InlineData("--output type=ocii,dest=x", "the type 'ocii', which is none (did you mean oci?)")]
    [InlineData("--output dest=x", "has no type")]
    [InlineData("--output type=local", "needs a dest")]
    [InlineData("--output type=oci,dst=x", "(did you mean dest?)")]
    [InlineData("--output type=tar,dest=ctx", "which is a folder")]
    [InlineData("--output type=image,dest=x", "goes to no file")]
    [InlineData("--output type=oci,push=true", "is no image")]
    [InlineData("--output type=image,push=maybe", "neither true nor false")]
    [InlineData("--output type=image,unpack=true", "'unpack', which is not offered")]
    [InlineData("--output type=image,compression=estargz", "Choose uncompressed, gzip or zstd")]
    [InlineData("--output type=image,compression=gzip,compression-level=12", "Choose 0 to 9")]
    [InlineData("--output type=image,rewrite-timestamp=false", "SOURCE_DATE_EPOCH")]
    [InlineData("--output type=image,compression=gzip --output type=oci,dest=x,compression=zstd", "differ in compression")]
    [InlineData("--output - --output type=oci", "two of them go to standard output")]
    [InlineData("--push", "no name to be pushed under")]
    [InlineData("--tag UPPER", "no name of an image")]
    [InlineData("--platform linux", "is not a platform")]
    [InlineData("--build-arg =x", "begins with no name")]
    [InlineData("--build-context a", "is no NAME=VALUE")]
    [InlineData("--build-context a=nowhere", "names no folder that is there")]
    [InlineData("--build-context a=docker-image://UPPER", "names no image")]
    [InlineData("--build-context a=oci-layout://nowhere", "names no layout")]
    [InlineData("--build-context a=ctx --build-context A=ctx", "the second of the name")]
    [InlineData("--annotation x", "is no KEY=VALUE")]
    [InlineData("--annotation index-descriptor:a=b", "'index-descriptor', which is not offered")]
    [InlineData("--attest type=slsa", "no type that is offered")]
    [InlineData("--provenance mode=most", "the mode 'most'")]
    [InlineData("--sbom generator=x", "not offered")]
    [InlineData("--network host", "Add --allow network.host")]
    [InlineData("--network bridge", "Choose default, none or host")]
    [InlineData("--allow network.hosts", "(did you mean network.host?)")]
    [InlineData("--add-host db", "no host with an address")]
    [InlineData("--add-host db:host-gateway", "which steps cannot reach")]
    [InlineData("--ulimit nofiles=1", "(did you mean nofile?)")]
    [InlineData("--ulimit nofile=5:2", "above the hard one")]
    [InlineData("--shm-size much", "is no size")]
    [InlineData("--progress tty", "needs a terminal")]
    [InlineData("--progress planar", "Choose one of auto")]
    [InlineData("--progress plain -q", "two different things")]
    [InlineData("--call outlines", "(did you mean outline?)")]
    [InlineData("--call check,format=xml", "'format=xml', which is none")]
    [InlineData("--file https://example.com/Dockerfile", "is an address")]
    [InlineData("--metadata-file nowhere/m.json", "a folder that is not there")]
    [InlineData("--iidfile ctx", "is no path of a file")]
    [InlineData("--builder x", "--builder: 'x' is no address of a builder")]
    [InlineData("--cache-from type=registry,ref=a", "--cache-from: it is not offered")]
    [InlineData("--cache-to type=inline", "--cache-to: it is not offered")]
    public async Task Use_Wrong_SaysWhatAndWhatToDo(string line, string expected)
    {
        var host = TestHost.Create(_folder.Path);
        Assert.Equal(ExitCodes.Failed, await ToolCommand.RunAsync(host, ["build", .. line.Split(' '), "ctx"]));
        Assert.Contains(expected, host.Error.ToString());
        Assert.EndsWith(" build --help'.\n", host.Error.ToString());
        Assert.Empty(host.Output.ToString()!);
    }

    [Fact]
    public async Task Use_ManyFaults_AreToldAtOnce()
    {
        var host = TestHost.Create(_folder.Path);
        await ToolCommand.RunAsync(host, ["build", "--builder", "x", "--platform", "mars", "--secret", "nothing", "--output", "type=oci,dst=x", "nowhere"]);
        var errors = host.Error.ToString()!.Split('\n').Where(l => l.StartsWith("error: ", StringComparison.Ordinal)).ToList();
        Assert.Equal(5, errors.Count);
        Assert.All(["--builder", "--platform", "--secret", "--output", "CONTEXT"], option => Assert.Contains(errors, e => e.StartsWith($"error: {option}", StringComparison.Ordinal)));
    }

    private BuildSubmission Parse(params string[] line) => ParseIn([], line);

    private BuildSubmission ParseIn((string, string)[] environment, params string[] line)
    {
        var host = TestHost.Create(_folder.Path, environment);
        var options = new BuildOptionSet(new StoreOption(host));
        var command = new Command("build");
        options.AddTo(command);
        var result = command.Parse(line);
        Assert.Empty(result.Errors);
        var faults = new OptionFaults();
        var found = new SubmissionParser(host, faults).Parse(options.Read(result.CommandResult));
        Assert.Empty(faults.Texts);
        return found!;
    }
}
