using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Conversion;

/// <summary><c>COPY</c> and <c>ADD</c> in the graph.</summary>
public sealed class TransferTests
{
    [Fact]
    public async Task Copy_OfTheContext_HasTheAttributesOfBuildKit()
    {
        var made = await Converting.RunAsync("FROM alpine\nCOPY a b/ /dst/\n");
        Assert.Equal(2, made.Last.Op.File.Actions.Count);
        var copy = made.Last.Op.File.Actions[0].Copy;
        Assert.Equal(("/a", "/dst/", -1, -1L), (copy.Src, copy.Dest, copy.Mode, copy.Timestamp));
        Assert.True(copy.FollowSymlink && copy.DirCopyContents && copy.CreateDestPath && copy.AllowWildcard && copy.AllowEmptyWildcard);
        Assert.False(copy.AttemptUnpackDockerCompatibility || copy.AlwaysReplaceExistingDestPaths);
        Assert.Null(copy.Owner);
        Assert.Equal("/b", made.Last.Op.File.Actions[1].Copy.Src);
        Assert.Equal("COPY a b/ /dst/ # buildkit", made.History[^1]);
        Assert.Equal("[2/2] COPY a b/ /dst/", made.Last.Name);
    }

    [Theory]
    [InlineData("/dst", "/dst")]
    [InlineData("/dst/", "/dst/")]
    [InlineData("dst", "/app/dst")]
    [InlineData("dst/", "/app/dst/")]
    [InlineData(".", "/app/")]
    [InlineData("./", "/app/")]
    [InlineData("/", "/")]
    [InlineData("../x/.", "/x/.")]
    [InlineData("$D", "/v")]
    public async Task Copy_Destination_IsBelowTheWorkdirAndKeepsItsSlash(string written, string expected) =>
        Assert.Equal(expected, (await Converting.RunAsync($"FROM alpine\nARG D=/v\nWORKDIR /app\nCOPY a {written}\n")).Copy.Dest);

    [Theory]
    [InlineData("a", "/a")]
    [InlineData("./a/", "/a")]
    [InlineData("/a", "/a")]
    [InlineData("../../a", "/a")]
    [InlineData(".", "/")]
    [InlineData("*.txt", "/*.txt")]
    public async Task Copy_Source_IsBelowTheContext(string written, string expected) =>
        Assert.Equal(expected, (await Converting.RunAsync($"FROM alpine\nCOPY {written} /x/\n")).Copy.Src);

    [Fact]
    public async Task Copy_FromAStage_NeedsIt()
    {
        var made = await Converting.RunAsync("FROM alpine AS Build\nRUN make\nFROM scratch\nCOPY --from=build /out /\n");
        Assert.Equal(["/out", "/"], new[] { made.Copy.Src, made.Copy.Dest });
        Assert.Equal("[build 2/2] RUN make", Assert.Single(made.Last.Inputs).Vertex.Name);
        Assert.Equal((-1L, 0L), (made.Last.Op.File.Actions[0].Input, made.Last.Op.File.Actions[0].SecondaryInput));
        Assert.Equal("COPY /out / # buildkit", made.History[^1]);
        Assert.Empty(made.Sources("local://"));
    }

    [Fact]
    public async Task Copy_FromANumber_IsThatStage()
    {
        var made = await Converting.RunAsync("FROM alpine\nRUN make\nFROM scratch\nCOPY --from=0 /out /\n");
        Assert.Equal("[stage-0 2/2] RUN make", Assert.Single(made.Last.Inputs).Vertex.Name);
    }

    [Fact]
    public async Task Copy_FromAnImage_PinsIt()
    {
        var made = await Converting.RunAsync("FROM scratch\nCOPY --from=alpine /out /\n");
        Assert.Equal("docker-image://" + Converting.Pinned, made.Source("docker-image://").Identifier);
        Assert.Equal("FROM " + Converting.Pinned, made.Vertices[0].Name);
        Assert.Equal("[stage-0 1/1] COPY --from=alpine /out /", made.Last.Name);
        Assert.Equal(Converting.Pinned, Assert.Single(made.Image.Bases).Name);
    }

    [Theory]
    [InlineData("1000", 1000u, null)]
    [InlineData("1000:2000", 1000u, 2000u)]
    [InlineData("root", 0u, null)]
    [InlineData("root:", 0u, 0u)]
    [InlineData("$U:5", 7u, 5u)]
    public async Task Copy_OwnerByNumber_NeedsNoLookUp(string owner, uint user, uint? group)
    {
        var made = await Converting.RunAsync($"FROM alpine\nARG U=7\nCOPY --chown={owner} a /\n");
        Assert.Equal((user, group), (made.Copy.Owner.User.ByID, made.Copy.Owner.Group?.ByID));
    }

    [Fact]
    public async Task Copy_OwnerByName_IsLookedUpInTheStage()
    {
        var made = await Converting.RunAsync("FROM alpine\nCOPY --chown=app:grp a /\n");
        Assert.Equal(("app", 0L), (made.Copy.Owner.User.ByName.Name, made.Copy.Owner.User.ByName.Input));
        Assert.Equal("grp", made.Copy.Owner.Group.ByName.Name);
        Assert.Equal("COPY --chown=app:grp a / # buildkit", made.History[^1]);
    }

    [Theory]
    [InlineData("FROM scratch\nCOPY --chown=app a /\n")]
    [InlineData("FROM alpine\nCOPY --link --chown=0:app a /\n")]
    public async Task Copy_OwnerByNameOnNothing_IsAFault(string text) => Assert.Equal("MBK1952", (await Converting.FaultAsync(text)).Code);

    [Theory]
    [InlineData("644", 0b110_100_100)]
    [InlineData("0755", 0b111_101_101)]
    [InlineData("4755", 0b100_111_101_101)]
    public async Task Copy_OctalMode_IsTheNumber(string mode, int expected)
    {
        var made = await Converting.RunAsync($"FROM alpine\nCOPY --chmod={mode} a /\n");
        Assert.Equal((expected, ""), (made.Copy.Mode, made.Copy.ModeStr));
        Assert.Equal($"COPY --chmod={mode} a / # buildkit", made.History[^1]);
    }

    [Theory]
    [InlineData("u=rwX,go=rX")]
    [InlineData("+x")]
    [InlineData("go-w")]
    [InlineData("a=r,u+w")]
    public async Task Copy_SymbolicMode_StaysText(string mode)
    {
        var made = await Converting.RunAsync($"FROM alpine\nARG M={mode}\nCOPY --chmod=$M a /\n");
        Assert.Equal((0, mode), (made.Copy.Mode, made.Copy.ModeStr));
    }

    [Theory]
    [InlineData("12345")]
    [InlineData("0888")]
    [InlineData("wide")]
    [InlineData("u~x")]
    public async Task Copy_BadMode_IsAFault(string mode) => Assert.Equal("MBK1948", (await Converting.FaultAsync($"FROM alpine\nCOPY --chmod={mode} a /\n")).Code);

    [Fact]
    public async Task Copy_Link_MergesALayerOfItsOwn()
    {
        var made = await Converting.RunAsync("FROM alpine\nCOPY --link a /\n");
        Assert.Equal(Op.OpOneofCase.Merge, made.Last.Op.OpCase);
        Assert.Equal(["[1/2] FROM " + Converting.Pinned, "[2/2] COPY --link a /"], made.Last.Inputs.Select(i => i.Vertex.Name));
        Assert.Equal("[2/2] LINK COPY --link a /", made.Last.Name);
        Assert.Equal(-1, made.Last.Inputs[1].Vertex.Op.File.Actions[0].Input);
        Assert.Equal(made.Last.Metadata.ProgressGroup.Id, made.Last.Inputs[1].Vertex.Metadata.ProgressGroup.Id);
    }

    [Fact]
    public async Task Copy_LinkWithMode_IsAPlainCopy() =>
        Assert.Equal(Op.OpOneofCase.File, (await Converting.RunAsync("FROM alpine\nCOPY --link --chmod=644 a /\n")).Last.Op.OpCase);

    [Theory]
    [InlineData("a/b.txt", "/", "a/b.txt", "/a/b.txt")]
    [InlineData("./a/./b/c", "/a", "b/c", "/a/b/c")]
    [InlineData("a/**/*.csproj", "/", "a/**/*.csproj", null)]
    [InlineData("src/./*/x", "/src", "*/x", null)]
    public async Task Copy_Parents_KeepsWhatIsBehindThePivot(string source, string src, string pattern, string? required)
    {
        var made = await Converting.RunAsync($"FROM alpine\nCOPY --parents {source} /dst/\n");
        Assert.Equal(src, made.Copy.Src);
        Assert.Equal([pattern], made.Copy.IncludePatterns);
        Assert.Equal(required is null ? [] : [required], made.Copy.RequiredPaths);
        Assert.Equal($"COPY --parents {source} /dst/ # buildkit", made.History[^1]);
    }

    [Fact]
    public async Task Copy_Exclude_IsThePatterns()
    {
        var made = await Converting.RunAsync("FROM alpine\nCOPY --exclude=*.md --exclude=docs . /\n");
        Assert.Equal(["*.md", "docs"], made.Copy.ExcludePatterns);
        Assert.True(made.Last.Metadata.Caps["file.copy.includeexcludepatterns"]);
    }

    [Fact]
    public async Task Copy_Documents_AreFilesThatAreMade()
    {
        var made = await Converting.RunAsync("FROM alpine\nARG A=1\nCOPY <<one <<\"two\" /dst/\n$A \"q\"\none\n$A\ntwo\n");
        var files = made.Vertices.Where(v => v.Name == "[internal] preparing inline document").Select(v => v.Op.File.Actions.Single().Mkfile).ToList();
        Assert.Equal([("/one", "1 \"q\"\n", 0b110_100_100), ("/two", "$A\n", 0b110_100_100)], files.Select(f => (f.Path, f.Data.ToStringUtf8(), f.Mode)));
        Assert.Equal(["/one", "/two"], made.Last.Op.File.Actions.Select(a => a.Copy.Src));
        Assert.False(made.Copy.FollowSymlink || made.Copy.AllowWildcard);
        Assert.Equal("COPY <<one <<two /dst/ # buildkit", made.History[^1]);
    }

    [Fact]
    public async Task Add_OfTheContext_Unpacks()
    {
        Assert.True((await Converting.RunAsync("FROM alpine\nADD a.tar /\n")).Copy.AttemptUnpackDockerCompatibility);
        Assert.False((await Converting.RunAsync("FROM alpine\nADD --unpack=false a.tar /\n")).Copy.AttemptUnpackDockerCompatibility);
    }

    [Theory]
    [InlineData("https://example.com/a/b%20c.txt?x=1", "b c.txt")]
    [InlineData("https://example.com/", "__unnamed__")]
    [InlineData("http://example.com", "__unnamed__")]
    public async Task Add_OfAWebServer_IsNamedAsItsPathEnds(string url, string name)
    {
        var made = await Converting.RunAsync($"FROM alpine\nADD {url} /dst/\n");
        Assert.Equal(name, made.Source(url).Attrs["http.filename"]);
        Assert.Equal(("/" + name, "/dst/", false, true), (made.Copy.Src, made.Copy.Dest, made.Copy.AttemptUnpackDockerCompatibility, made.Copy.CreateDestPath));
        Assert.False(made.Copy.FollowSymlink || made.Copy.AllowWildcard || made.Copy.DirCopyContents);
        Assert.Empty(made.Sources("local://"));
    }

    [Fact]
    public async Task Add_OfAWebServer_TakesChecksumAndUnpacksWhenAsked()
    {
        var digest = "sha256:" + new string('a', 64);
        var made = await Converting.RunAsync($"FROM alpine\nARG SUM={digest}\nADD --checksum=$SUM --unpack=true https://example.com/a.tgz /\n");
        Assert.Equal(digest, made.Source("https://").Attrs["http.checksum"]);
        Assert.True(made.Copy.AttemptUnpackDockerCompatibility);
    }

    [Theory]
    [InlineData("https://github.com/o/r.git", "git://github.com/o/r.git")]
    [InlineData("https://github.com/o/r.git#main:sub/dir", "git://github.com/o/r.git#main:sub/dir")]
    [InlineData("https://github.com/o/r.git?branch=main&subdir=s", "git://github.com/o/r.git#refs/heads/main:s")]
    [InlineData("https://github.com/o/r.git?tag=v1", "git://github.com/o/r.git#refs/tags/v1")]
    [InlineData("git@github.com:o/r.git#v1", "git://github.com/o/r.git#v1")]
    [InlineData("git://example.com/r#x", "git://example.com/r#x")]
    [InlineData("ssh://git@example.com/r.git", "git://example.com/r.git")]
    public async Task Add_OfARepository_FetchesIt(string address, string identifier)
    {
        var made = await Converting.RunAsync($"FROM alpine\nADD {address} /dst\n");
        Assert.Equal(identifier, made.Source("git://").Identifier);
        Assert.Equal(("/", "/dst"), (made.Copy.Src, made.Copy.Dest));
        Assert.False(made.Copy.DirCopyContents || made.Copy.AllowWildcard);
        Assert.Equal("GIT_AUTH_TOKEN", made.Source("git://").Attrs["git.authtokensecret"]);
        Assert.Equal("GIT_AUTH_HEADER", made.Source("git://").Attrs["git.authheadersecret"]);
    }

    [Fact]
    public async Task Add_OfARepository_TakesChecksumAndGitDirectory()
    {
        var made = await Converting.RunAsync("FROM alpine\nADD --keep-git-dir=true --checksum=0123456789 https://github.com/o/r.git#main /\n");
        Assert.Equal(("true", "0123456789"), (made.Source("git://").Attrs["git.keepgitdir"], made.Source("git://").Attrs["git.checksum"]));
        var query = await Converting.RunAsync("FROM alpine\nADD https://github.com/o/r.git?ref=main&commit=0123456789&keep-git-dir=1&submodules=0 /\n");
        Assert.Equal(("true", "0123456789", "true"), (query.Source("git://").Attrs["git.keepgitdir"], query.Source("git://").Attrs["git.checksum"], query.Source("git://").Attrs["git.skipsubmodules"]));
    }

    [Theory]
    [InlineData("COPY https://example.com/a /", "MBK1948")]
    [InlineData("COPY https://github.com/o/r.git /", "MBK1948")]
    [InlineData("ADD --checksum=sha256:11 a /", "MBK1948")]
    [InlineData("ADD --checksum=sha256:11 https://example.com/a /", "MBK1948")]
    [InlineData("ADD --checksum=11 https://example.com/a https://example.com/b /x/", "MBK1948")]
    [InlineData("ADD --checksum=11 https://github.com/o/r.git?checksum=22 /", "MBK1948")]
    [InlineData("ADD --keep-git-dir=true https://github.com/o/r.git?keep-git-dir=false /", "MBK1948")]
    [InlineData("ADD https://github.com/o/r.git?brnch=x /", "MBK1949")]
    [InlineData("COPY --from=2 a /", "MBK1941")]
    [InlineData("COPY --from=-1 a /", "MBK1941")]
    [InlineData("COPY --from=later a /", "MBK1941")]
    public async Task Transfer_ThatMakesNoSense_IsAFaultWithItsPlace(string instruction, string code)
    {
        var fault = await Converting.FaultAsync($"FROM alpine AS first\n{instruction}\nFROM alpine AS later\n", r => r with { Target = "first" });
        Assert.Equal((code, 2), (fault.Code, fault.Range.Line));
    }

    [Fact]
    public async Task Transfer_WithoutCache_IsMadeAnew()
    {
        var made = await Converting.RunAsync("FROM alpine AS a\nCOPY x /\nFROM a\nCOPY y /\nRUN z\n", r => r with { NoCache = ["A"] });
        Assert.True(made.Named("[a 2/2] COPY x /").Metadata.IgnoreCache);
        Assert.False(made.Named("[stage-1 1/2] COPY y /").Metadata.IgnoreCache);
        var all = await Converting.RunAsync("FROM alpine\nCOPY --link y /\nRUN z\n", r => r with { NoCache = [] });
        Assert.All(all.Vertices.Where(v => v.Op.OpCase is Op.OpOneofCase.File or Op.OpOneofCase.Exec or Op.OpOneofCase.Merge), v => Assert.True(v.Metadata.IgnoreCache));
    }
}
