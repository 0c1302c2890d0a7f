using System.Text;
using System.Text.Json.Nodes;
using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Subrequests;

public sealed class OutlineSubrequestTests
{
    private const string Args = """
        # kind of base
        ARG inherited=box
        ARG inherited2=box2
        ARG unused=abc${inherited2}
        # suffix is put behind
        ARG suffix="usy${inherited}"
        FROM b${suffix} AS first
        # not of this one
        ARG FOO=123
        # BAR is a number
        ARG BAR=456

        FROM alpine${unused} AS second
        ARG BAZ

        FROM scratch AS third
        ARG ABC=a
        ARG unset

        # target defines a build target
        FROM third AS Target
        COPY --from=first /etc/passwd /

        FROM second
        """;

    private const string Mounts = """
        FROM busybox AS first
        RUN --mount=type=secret,target=/etc/passwd,required=true --mount=type=ssh true
        FROM alpine AS second
        RUN --mount=type=secret,id=unused --mount=type=ssh,id=ssh2 true
        FROM scratch AS third
        ARG BAR=x
        RUN --mount=type=secret,id=second${BAR} --mount=type=cache,target=/cache --mount=type=cache,id=c1,target=/other true
        FROM third AS target
        COPY --from=first /foo /
        RUN --mount=type=ssh,id=ssh3,required --mount=type=bind,from=2,target=/third true
        FROM second
        """;

    [Fact]
    public void Answer_Arguments_AreThoseThatTheTargetUses()
    {
        var result = OutlineSubrequest.Answer(Asked.File(Args), Asked.Request(Args, "target", ("BAR", "678")));

        var json = result.Json();
        Assert.Equal(("target", "defines a build target"), ((string?)json["name"], (string?)json["description"]));
        var args = json["args"]!.AsArray();
        Assert.Equal(["inherited", "suffix", "FOO", "BAR", "ABC", "unset"], args.Select(a => (string?)a!["name"]));
        Assert.Equal(["box", "usybox", "123", "678", "a", null], args.Select(a => (string?)a!["value"]));
        Assert.Equal([null, "is put behind", null, "is a number", null, null], args.Select(a => (string?)a!["description"]));
        Assert.Equal([2, 6, 9, 11, 17, 18], args.Select(a => a!.Line()));
        Assert.Equal(Args, Encoding.UTF8.GetString(json["sources"]![0]!.Bytes()));
        Assert.Null(json["secrets"]);
    }

    [Fact]
    public void Answer_AsText_HasATableForEachKind()
    {
        Assert.Equal(
            """
            TARGET:      target
            DESCRIPTION: defines a build target

            BUILD ARG   VALUE    DESCRIPTION
            inherited   box      
            suffix      usybox   is put behind
            FOO         123      
            BAR         456      is a number
            ABC         a        
            unset                


            """,
            OutlineSubrequest.Answer(Asked.File(Args), Asked.Request(Args, "target")).Text);
        Assert.Equal(
            """
            TARGET: target

            BUILD ARG   VALUE   DESCRIPTION
            BAR         x       

            SECRET    REQUIRED
            passwd    true
            secondx   

            SSH       REQUIRED
            default   
            ssh3      true

            CACHE
            /cache
            c1


            """,
            OutlineSubrequest.Answer(Asked.File(Mounts), Asked.Request(Mounts, "target")).Text);
    }

    [Fact]
    public void Answer_Mounts_AreThoseOfTheTargetAndItsParts()
    {
        var json = OutlineSubrequest.Answer(Asked.File(Mounts), Asked.Request(Mounts, "target")).Json();

        Assert.Equal([("passwd", true, 2), ("secondx", null, 7)], Mounted(json, "secrets"));
        Assert.Equal([("default", null, 2), ("ssh3", true, 10)], Mounted(json, "ssh"));
        Assert.Equal([("/cache", 7), ("c1", 7)], json["cache"]!.AsArray().Select(c => ((string)c!["ID"]!, c!.Line())));
    }

    [Fact]
    public void Answer_NoTarget_IsTheLastStage()
    {
        var json = OutlineSubrequest.Answer(Asked.File(Mounts), Asked.Request(Mounts)).Json();

        Assert.Null(json["name"]);
        Assert.Equal([("unused", null, 4)], Mounted(json, "secrets"));
    }

    [Fact]
    public void Answer_AGlobalArgumentThatAStageTakes_IsTheGlobalOne()
    {
        const string text = "# version of it\nARG version=1\nFROM scratch\nARG version\nARG TARGETARCH\nENV v=${version}-$TARGETARCH\nARG name=n${v}";

        var args = OutlineSubrequest.Answer(Asked.File(text), Asked.Request(text)).Json()["args"]!.AsArray();

        Assert.Equal([("version", "1", 2), ("name", "n1-arm64", 7)], args.Select(a => ((string)a!["name"]!, (string)a["value"]!, a.Line())));
    }

    [Fact]
    public void Answer_AStageThatAContextStandsInFor_SaysNothingOfItsOwn()
    {
        const string text = "FROM scratch AS base\nARG inside=1\nFROM base AS final\nARG own=2";
        var request = Asked.Request(text) with { NamedContexts = new Dictionary<string, BuildContext> { ["base"] = new FolderContext("base") } };

        Assert.Equal(["own"], OutlineSubrequest.Answer(Asked.File(text), request).Json()["args"]!.AsArray().Select(a => (string?)a!["name"]));
    }

    [Fact]
    public void Answer_ADefaultThatCannotBeExpanded_IsAsWritten()
    {
        const string text = "FROM scratch\nARG a=${b:?missing}";

        Assert.Equal("${b:?missing}", (string?)OutlineSubrequest.Answer(Asked.File(text), Asked.Request(text)).Json()["args"]![0]!["value"]);
    }

    [Fact]
    public void Answer_ATargetThatIsNotThere_OffersTheNearest()
    {
        var error = Assert.Throws<DockerfileException>(() => OutlineSubrequest.Answer(Asked.File(Args), Asked.Request(Args, "secnd")));

        Assert.Equal("MBK1963", error.Code);
        Assert.Contains("(did you mean second?)", error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<(string Name, bool? Required, int Line)> Mounted(JsonNode json, string kind) =>
        json[kind]!.AsArray().Select(m => ((string)m!["name"]!, (bool?)m["required"], m.Line()));
}
