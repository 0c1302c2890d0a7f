using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using Digest = MsBuildKit.Engine.Oci.Digest;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>Dockerfiles on their way to a graph: each fault has a place, what is converted is a graph that can be loaded, and comes out the same again.</summary>
internal sealed class ConvertTarget : FuzzTarget
{
    private static readonly DockerfileRequest s_request = new()
    {
        Text = "", File = "Dockerfile", Context = new FolderContext("context"), Ignore = ["*.log", "b"], Platforms = [Platform.LinuxAmd64], BuildPlatform = Platform.LinuxArm64,
        NamedContexts = new Dictionary<string, BuildContext> { ["more"] = new FolderContext("more") }, BuildArgs = new Dictionary<string, string> { ["GIVEN"] = "g" },
    };

    private readonly DockerfileConverter _converter = new(new Images(), new LintReport("Dockerfile", null));

    public override IReadOnlyList<string> Words =>
    [
        "FROM a\n", "FROM scratch\n", " AS b", "FROM b\n", "RUN ", "COPY ", "ADD ", "ENV ", "ARG ", "WORKDIR ", "USER ", "EXPOSE ", "ONBUILD ", "STOPSIGNAL ", "VOLUME ", "--from=", "--from=0 ", "--from=more ", "--chown=1:a ", "--chmod=u=rwX,go+r ",
        "--chmod=7777 ", "--link ", "--parents ", "/./", "--exclude=*.a ", "--checksum=sha256:", "--mount=type=cache,target=/c", ",from=b", ",uid=7", ",id=$A", "--mount=type=ssh ", "--network=none ", "--device=a ", "--platform=$BUILDPLATFORM ",
        "--platform=linux/arm/v7 ", "https://a.invalid/f ", "git@a.invalid:b.git#c ", "https://a.invalid/b.git#c:d ", "$A", "${A:-b}", "${A//a/$A}", "$GIVEN", "SOURCE_DATE_EPOCH=1", "[\"a\"]", "<<E\n$A\nE\n", "..", "/", "*",
    ];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds() => new Dictionary<string, string>
    {
        ["stages"] = "ARG V=1\nFROM a:$V AS b\nRUN x\nFROM b AS c\nCOPY --from=b /x /y\nFROM --platform=$BUILDPLATFORM scratch\nCOPY --link --from=c --chown=1:2 --chmod=755 /y /z/\nCOPY --from=more /m /m\n",
        ["mounts"] = "FROM a AS b\nFROM a\nWORKDIR w\nUSER u\nARG A=1\nRUN --mount=type=cache,target=c,id=$A,uid=7,sharing=locked --mount=type=bind,from=b,source=/s,target=/t,rw --mount=type=tmpfs,target=/p,size=1m --mount=type=secret,id=s,env=S --mount=type=ssh --network=none x $A\n",
        ["remote"] = "FROM a\nADD --checksum=sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03 https://a.invalid/f /f\nADD --keep-git-dir https://a.invalid/b.git#v1:sub /g\nADD x.tar.gz --unpack=false /\n",
        ["variables"] = "FROM a\nENV A=a B=\"$A b\"\nENV C=${A//a/$B}$GIVEN\nCOPY <<E $C/\n$C ${A:+x}\nE\nLABEL l=$C\nEXPOSE 80-81/udp $A\n",
        ["triggers"] = "FROM trigger\nONBUILD RUN x\nHEALTHCHECK CMD x\nENTRYPOINT x\nCMD [\"y\"]\nSHELL [\"s\"]\nVOLUME /v\nSTOPSIGNAL 9\n",
        ["cycle"] = "FROM a AS b\nCOPY --from=c x /\nFROM b AS c\nCOPY --from=b x /\n",
        ["growing"] = "FROM a\nENV A=aaaaaaaaaaaaaaaa\nENV A=$A$A$A$A\nENV A=$A$A$A$A\nENV A=$A$A$A$A\nENV A=${A//a/$A}\n",
        ["epoch"] = "ARG SOURCE_DATE_EPOCH=7\nFROM scratch\nWORKDIR /a\nCOPY --parents a/./b/*.c c /\n",
    }.Select(s => (s.Key, Bytes(s.Value)));

    public override string Run(byte[] input)
    {
        var file = DockerfileParser.Parse(Text(input), "Dockerfile");
        try
        {
            var (first, again) = (Convert(file), Convert(file));
            Require(first is null ? again is null : first.Equals(again), "it comes out otherwise the second time");
            return first is null ? "empty" : string.Join(' ', first.Def.SkipLast(1).Select(d => Op.Parser.ParseFrom(d).OpCase).Distinct().Order());
        }
        catch (DockerfileException e)
        {
            var lines = 1 + file.Text.Count(c => c == '\n');
            foreach (var fault in e.Faults)
                Require(fault.Range.Line >= 1 && fault.Range.Line <= lines && fault.Range.EndLine <= lines, $"'{fault.Message}' stands at {fault.Range}, of {lines} lines");
            return string.Join(' ', e.Faults.Select(f => f.Code).Distinct().Order());
        }
    }

    private Definition? Convert(ParsedDockerfile file)
    {
        var image = _converter.ConvertAsync(file, s_request with { Text = file.Text }, CancellationToken.None).GetAwaiter().GetResult()[0];
        if (image.Graph.Node is null) return null;
        var definition = LlbMarshaller.Marshal(image.Graph);
        LlbGraph.Load(definition);
        return definition;
    }

    private sealed class Images : IImageConfigResolver
    {
        private static readonly Digest s_digest = Digest.Parse("sha256:" + new string('7', 64));

        public Task<FoundImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken) => Task.FromResult(new FoundImage(s_digest, new ImageConfig
        {
            Architecture = platform.Architecture, Os = platform.Os, RootFs = new RootFs { DiffIds = [s_digest] }, History = [new HistoryEntry { CreatedBy = "base" }],
            Config = new ContainerConfig
            {
                Env = ["PATH=/bin", "A=a"], WorkingDir = "/home", User = "u",
                OnBuild = reference.Repository.EndsWith("trigger", StringComparison.Ordinal) ? ["RUN t", "COPY --from=b /x /t", "ENV T=$A"] : null,
            },
        }));

        public Task<FoundImage> ResolveLayoutAsync(string store, string? tag, Digest? digest, Platform platform, CancellationToken cancellationToken) =>
            ResolveAsync(ImageReference.Parse(store), platform, cancellationToken);
    }
}
