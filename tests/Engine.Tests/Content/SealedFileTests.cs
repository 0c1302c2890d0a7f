using MsBuildKit.Engine.Content;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Content;

public sealed class SealedFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("a body")]
    public void Write_Body_IsReadBack(string body)
    {
        var path = _folder["sub/file"];
        Assert.True(SealedFile.TryWrite(path, System.Text.Encoding.UTF8.GetBytes(body)));
        Assert.True(SealedFile.TryRead(path, out var read));
        Assert.Equal(body, System.Text.Encoding.UTF8.GetString(read!));
        Assert.Equal([path], Directory.GetFiles(_folder["sub"]));
    }

    [Fact]
    public void Write_OverAnother_ReplacesIt()
    {
        SealedFile.TryWrite(_folder["file"], "old and long"u8);
        SealedFile.TryWrite(_folder["file"], "new"u8);
        Assert.True(SealedFile.TryRead(_folder["file"], out var read));
        Assert.Equal("new"u8.ToArray(), read);
    }

    [Theory]
    [InlineData("file/below a file")]
    [InlineData("folder")]
    public void Write_WhereNothingCanBe_SaysSoAndLeavesNothing(string place)
    {
        _folder.Write("file", "x");
        _folder.Write("folder/x", "x");
        Assert.False(SealedFile.TryWrite(_folder[place], "body"u8));
        Assert.Equal(2, Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void Read_NotThere_IsFalse() => Assert.False(SealedFile.TryRead(_folder["none"], out _));

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(35)]
    public void Read_CutOff_IsDamaged(int length)
    {
        SealedFile.TryWrite(_folder["file"], "a body"u8);
        File.WriteAllBytes(_folder["file"], File.ReadAllBytes(_folder["file"])[..length]);
        Assert.True(SealedFile.TryRead(_folder["file"], out var body));
        Assert.Null(body);
    }
}
