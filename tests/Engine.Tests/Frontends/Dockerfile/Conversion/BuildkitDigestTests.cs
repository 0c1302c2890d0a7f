using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Conversion;

/// <summary>What BuildKit 0.32.2 itself made of a Dockerfile (<c>frontend.convertllb</c>), digest by digest.</summary>
public sealed class BuildkitDigestTests
{
    private const string Text = """
        FROM scratch AS get
        ADD --checksum=sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03 http://files.invalid/hello.txt /web/
        ADD --keep-git-dir=true https://git.invalid/team/app.git#v1:sub /git
        FROM scratch
        WORKDIR /w
        COPY --link --chown=1000:1000 --chmod=u=rwX,go=rX --from=get /web /git/ ./
        COPY --link --from=get --parents /a/./b/*.txt /c/
        COPY <<EOF /script
        echo $HOME
        EOF
        RUN --mount=type=cache,target=/cache,id=nuget,sharing=locked,uid=1000 --mount=type=secret,id=token,env=TOKEN --mount=type=ssh --mount=type=tmpfs,target=/t,size=1m --mount=from=get,source=/git,target=/g,rw --network=none cat /script
        USER app
        WORKDIR sub

        """;

    [Fact]
    public async Task Convert_ADockerfile_GivesBuildkitsDigests()
    {
        var definition = await ConvertAsync();
        Assert.Equal(
            [
                "sha256:131b66fdd66c48bf3a7c3bb1964dfd621901f9a5e4aeaf04dc2f8a202b089c89", "sha256:1693ba5e7c551b7f1b00bb3ddb5f000349c58979214f0f4fadf607a04554ff27",
                "sha256:22d609836128d8b394f4296e119f425fedb18388b9acc4f839cfdd119a3e4a22", "sha256:232fb935b91e4bf1a8cc008feb84b1841edd438484676d6ff869abaa2ae65eb5",
                "sha256:5c0a904f7a2da395fcf8023ae5bb8c662518b79a66542867de95b16c366f92d2", "sha256:9354cc6e9b765c7f2df48bd49ef82f71016c185ab086b6c776eef221dc7399ca",
                "sha256:a08a3f0ae6a6e28fd1e216ac4cf764e574ea4b63286bd16ca44005d7d41a5527", "sha256:a3a9c98cf5a401fd434c4cd89fe2d4fc5402f7db1bd1c5f1ce2974d7b9f95e47",
                "sha256:acb96dd11380e9b16c2a41733427e8fc0a8f610a51f876c146baae5e3c25e7b0", "sha256:bc5993af2cc5178e6591cb95dac75785787fb218e50273fcbd5673a60ea205ad",
                "sha256:c9bc205f4c8f793c65503ddde8c1335d4e006320543d531a10bdc1f0f84d8ea6", "sha256:d4e76313ca5c502a2e025fdcdfaa79d99af1f8f44fa63c0cbdb1da3750524ee6",
                "sha256:e5d037a31ae72356c472c651cf630a6e4e69fb633de4e2225847cbddda12edb2", "sha256:efb4a35aba7d80bf584371be4a77171d9f93fd1c52a9b8e4e41d21ef6483f6bc",
            ],
            definition.Def.Select(d => Digest.Of(d.Span).ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Convert_ADockerfile_SaysWhereOperationsStand()
    {
        var source = (await ConvertAsync()).Source;
        var info = Assert.Single(source.Infos);
        Assert.Equal(("Dockerfile", "Dockerfile", Text), (info.Filename, info.Language, info.Data.ToStringUtf8()));
        Assert.Equal([8, 9, 10], Lines("22d609836128d8b394f4296e119f425fedb18388b9acc4f839cfdd119a3e4a22"));
        Assert.Equal([11], Lines("a08a3f0ae6a6e28fd1e216ac4cf764e574ea4b63286bd16ca44005d7d41a5527"));
        // A file of the web is fetched for an instruction, and is none of its own.
        Assert.Empty(Lines("c9bc205f4c8f793c65503ddde8c1335d4e006320543d531a10bdc1f0f84d8ea6"));

        IEnumerable<int> Lines(string hex) => source.Locations["sha256:" + hex].Locations_.SelectMany(l => l.Ranges).Select(r => r.Start.Line);
    }

    [Fact]
    public async Task Convert_ADockerfile_SaysOfOperationsWhatBuildkitDoes()
    {
        var metadata = (await ConvertAsync()).Metadata;
        var run = metadata["sha256:a08a3f0ae6a6e28fd1e216ac4cf764e574ea4b63286bd16ca44005d7d41a5527"].Description;
        Assert.Equal(Text.Split('\n')[10], run["com.docker.dockerfile.v1.command"]);
        Assert.Equal("[stage-1 5/6] " + Text.Split('\n')[10], run["llb.customname"]);
        Assert.Equal("", metadata["sha256:c9bc205f4c8f793c65503ddde8c1335d4e006320543d531a10bdc1f0f84d8ea6"].Description["com.docker.dockerfile.v1.command"]);
        Assert.True(metadata["sha256:131b66fdd66c48bf3a7c3bb1964dfd621901f9a5e4aeaf04dc2f8a202b089c89"].ProgressGroup.Weak);
        Assert.False(metadata["sha256:232fb935b91e4bf1a8cc008feb84b1841edd438484676d6ff869abaa2ae65eb5"].ProgressGroup.Weak);
    }

    // There is nothing to be merged with, so that the files stand alone.
    [Fact]
    public async Task Convert_LinkOntoNothing_IsAGroupThatIsWeak()
    {
        var made = await Converting.RunAsync("FROM scratch\nCOPY --link a /a\n");
        Assert.True(made.Last.Metadata.ProgressGroup.Weak);
    }

    [Fact]
    public async Task Convert_AnImageThatIsMounted_StandsNowhere()
    {
        var source = LlbMarshaller.Marshal((await Converting.RunAsync("FROM scratch\nRUN --mount=from=alpine,target=/a x\n")).Image.Graph).Source;
        Assert.Equal([0, 1], source.Locations.Values.Select(l => Assert.Single(l.Locations_).Ranges.Count).Order());
    }

    private static async Task<Definition> ConvertAsync() => LlbMarshaller.Marshal((await Converting.RunAsync(Text)).Image.Graph);
}
