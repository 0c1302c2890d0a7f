using MsBuildKit.Engine.Content;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Content;

public sealed class RangeStreamTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, 10, "0123456789")]
    [InlineData(3, 4, "3456")]
    [InlineData(10, 0, "")]
    [InlineData(8, 5, "89")]
    public async Task Read_Window_GivesItsBytesAndNoMore(long offset, long length, string expected)
    {
        foreach (var step in new[] { 1, 3, 100 })
        {
            await using var stream = Open(offset, length);
            var buffer = new byte[step];
            var all = "";
            for (int read; (read = await stream.ReadAsync(buffer)) > 0;) all += System.Text.Encoding.ASCII.GetString(buffer, 0, read);
            Assert.Equal(expected, all);
            Assert.Equal(expected.Length, stream.Position);
        }
    }

    [Fact]
    public void Dispose_ClosesTheFile()
    {
        var file = new FileStream(_folder.Write("f", "x"), FileMode.Open, FileAccess.Read);
        new RangeStream(file, 0, 1).Dispose();
        Assert.True(file.SafeFileHandle.IsClosed);
    }

    private RangeStream Open(long offset, long length) => new(new FileStream(_folder.Write("f", "0123456789"), FileMode.Open, FileAccess.Read), offset, length);
}
