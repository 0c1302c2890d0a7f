using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using ImageDigest = MsBuildKit.Engine.Oci.Digest;
using ImagePlatform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Llb;

public sealed class GivenGraphTests
{
    [Fact]
    public void Of_DefinitionThatWasMarshalled_MarshalsToTheSameBytes()
    {
        var ground = LlbState.Image("docker.io/library/alpine:3", ImagePlatform.LinuxAmd64, "[base] FROM alpine");
        var other = ground.Run(new ExecOptions { Args = ["make"] }, ImagePlatform.LinuxAmd64, "RUN make").Root.WithoutCache();
        var given = LlbMarshaller.Marshal(LlbState.Merge("both", ground.File("mkdir", FileStep.MakeDirectory("/a", 0b111_101_101)), other));
        Assert.Equal(given, LlbMarshaller.Marshal(LlbState.Of(given)));
    }

    [Fact]
    public void Of_BytesThatAreNotCanonical_KeepsThem()
    {
        // Field numbers the wrong way round: the platform first, the source after it.
        byte[] source = [0x52, 0x04, 0x12, 0x02, (byte)'o', (byte)'s', 0x1a, 0x0b, 0x0a, 0x09, .. "local://a"u8];
        var digest = ImageDigest.Of(source).ToString();
        var terminal = new Op { Inputs = { new Input { Digest = digest } } };
        var given = new Definition { Def = { Google.Protobuf.ByteString.CopyFrom(source), Google.Protobuf.ByteString.CopyFrom(CanonicalBytes.Of(terminal)) } };
        var made = LlbMarshaller.Marshal(LlbState.Of(given).File("copy", FileStep.MakeDirectory("/a", 0b111_101_101)));
        Assert.Equal(source, made.Def[0].ToByteArray());
        Assert.Equal(digest, Op.Parser.ParseFrom(made.Def[1]).Inputs[0].Digest);
    }

    [Fact]
    public void Of_OperationsWithPlaces_KeepThemAndTextsThatSayTheSameAreOne()
    {
        var (text, own) = (new SourceText("Dockerfile", "Dockerfile", "FROM a\nCOPY b c\n"), new SourceText("Dockerfile", "Dockerfile", "FROM a\nCOPY b c\n"));
        var given = LlbMarshaller.Marshal(LlbState.Local("x").At(new SourcePlace(new SourceText("other", "", "x"), 1, 1)).File("copy", FileStep.MakeDirectory("/a", 493)).At(new SourcePlace(text, 2, 2)));
        given.Source.Infos[1].Definition = LlbMarshaller.Marshal(LlbState.Local("dockerfile"));
        var made = LlbMarshaller.Marshal(LlbState.Of(given).File("more", FileStep.MakeDirectory("/b", 493)).At(new SourcePlace(own, 1, 1)));
        Assert.Equal(["other", "Dockerfile"], made.Source.Infos.Select(i => i.Filename));
        Assert.NotNull(made.Source.Infos[1].Definition);
        var places = made.Def.SkipLast(1).Select(d => Assert.Single(made.Source.Locations[ImageDigest.Of(d.Span).ToString()].Locations_));
        Assert.Equal([(0, 1), (1, 2), (1, 1)], places.Select(p => (p.SourceIndex, p.Ranges[0].Start.Line)));
    }

    [Fact]
    public void Of_PlaceOfNoText_IsLeftOut()
    {
        var given = LlbMarshaller.Marshal(LlbState.Local("x").At(new SourcePlace(new SourceText("t", "", "x"), 1, 1)));
        given.Source.Locations.Values.Single().Locations_.Add(new Location { SourceIndex = 7 });
        Assert.Single(LlbMarshaller.Marshal(LlbState.Of(given)).Source.Locations.Values.Single().Locations_);
    }

    [Fact]
    public void Of_Nothing_IsScratch() => Assert.Same(LlbState.Scratch, LlbState.Of(new Definition()));

    [Fact]
    public void Of_InputThatIsMissing_Throws()
    {
        var op = new Op { Inputs = { new Input { Digest = ImageDigest.Of([]).ToString() } } };
        var bytes = Google.Protobuf.ByteString.CopyFrom(CanonicalBytes.Of(op));
        Assert.Throws<LlbException>(() => LlbState.Of(new Definition { Def = { bytes, bytes } }));
    }
}
