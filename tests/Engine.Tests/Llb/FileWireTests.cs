using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Engine.Tests.Llb;

/// <summary>File actions on the wire as BuildKit's client (client/llb/fileop.go) writes them.</summary>
public sealed class FileWireTests
{
    [Fact]
    public void Copy_WithSymbolicModeAndRequiredPaths_SaysThemAndNoOtherMode()
    {
        var vertex = Load(LlbState.Scratch.File(
            null, FileStep.Copy(LlbState.Local("x"), "/a", "/b", new CopyOptions { Mode = 0b111_101_101, ModeText = "u+x,go=r", RequiredPaths = ["/b/c", "/b/d"] })));
        var copy = vertex.Op.File.Actions[0].Copy;
        Assert.Equal(("u+x,go=r", 0), (copy.ModeStr, copy.Mode));
        Assert.Equal(["/b/c", "/b/d"], copy.RequiredPaths);
        // A builder refuses capabilities that it was never told of, and there is none for symbolic modes.
        Assert.Equal(["file.base", "file.copy.requiredpaths"], vertex.Metadata.Caps.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("root", 0u, null, null, null)]
    [InlineData("", 0u, null, null, null)]
    [InlineData("root:", 0u, null, 0u, null)]
    [InlineData("1654:app", 1654u, null, null, "app")]
    [InlineData("app:root", null, "app", 0u, null)]
    [InlineData("app:a:b", null, "app", null, "a:b")]
    [InlineData("+7:-1", 7u, null, uint.MaxValue, null)]
    [InlineData("4294967295", null, "4294967295", null, null)]
    public void OwnedAs_Text_IsIdsAndNames(string chown, uint? user, string? userName, uint? group, string? groupName)
    {
        var ground = LlbState.Local("ground");
        var owner = Load(ground.File(null, FileStep.MakeFile("/f", 0b110_100_100, "x"u8), FileStep.MakeDirectory("/d", 0b111_101_101).OwnedAs(chown))).Op.File.Actions[1].Mkdir.Owner;
        Assert.Equal((user ?? 0, userName, 0L), (owner.User.ByID, owner.User.ByName?.Name, owner.User.ByName?.Input ?? 0));
        Assert.Equal((group ?? 0, groupName, 0L), (owner.Group?.ByID ?? 0, owner.Group?.ByName?.Name, owner.Group?.ByName?.Input ?? 0));
        Assert.Equal(chown.Contains(':', StringComparison.Ordinal), owner.Group is not null);
    }

    [Fact]
    public void OwnedAs_NameOntoScratch_HasNoTreeToBeLookedUpIn()
    {
        var step = FileStep.Copy(LlbState.Local("x"), "/", "/", new CopyOptions()).OwnedAs("app");
        var error = Assert.Throws<LlbException>(() => Load(LlbState.Scratch.File(null, step)));
        Assert.Contains("names an owner without a tree to look it up in", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Copy_OfTreesThatSayTheSame_HasOneInput()
    {
        var vertex = Load(LlbState.Scratch.File(null, Copy("/a"), Copy("/b")));
        Assert.Single(vertex.Inputs);
        Assert.Equal([0, 0], vertex.Op.File.Actions.Select(a => a.SecondaryInput));

        static FileStep Copy(string path) => FileStep.Copy(LlbState.Local("x"), path, "/", new CopyOptions());
    }

    private static Vertex Load(LlbState state) => LlbGraph.Load(LlbMarshaller.Marshal(state)).Vertex;
}
