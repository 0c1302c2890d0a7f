using MsBuildKit.Engine.Content;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Engine.Tests.Content;

public sealed class HeaderGuardTests
{
    [Theory]
    [InlineData('x')]
    [InlineData('g')]
    [InlineData('L')]
    [InlineData('K')]
    public async Task Read_HeaderThatClaimsAGigabyte_IsRefusedBeforeTheReaderMakesRoomForIt(char type)
    {
        var header = RawTar.Header(type, "pax", size: 1 << 30);
        Assert.Throws<InvalidDataException>(() => new HeaderGuard(new MemoryStream(header)).Read(new byte[512]));
        await Assert.ThrowsAsync<InvalidDataException>(() => new HeaderGuard(new MemoryStream(header)).ReadExactlyAsync(new byte[512]).AsTask());
        // Nor when it comes in pieces.
        Assert.Throws<InvalidDataException>(() => new HeaderGuard(new Dribble(header)).Read(new byte[512]));
    }

    [Fact]
    public void Read_FileThatClaimsAGigabyte_IsForOthersToJudge() =>
        Assert.Equal(512, new HeaderGuard(new MemoryStream(RawTar.Header('0', "layer.tar", size: 1 << 30))).Read(new byte[512]));

    [Fact]
    public void Read_HeaderOfAWrongSum_IsRefusedToo()
    {
        var header = RawTar.Header('x', "pax", size: 1 << 30);
        header[0] ^= 1;
        Assert.Throws<InvalidDataException>(() => new HeaderGuard(new MemoryStream(header)).Read(new byte[512]));
    }

    [Fact]
    public void Read_ContentOfAHeaderThatLooksLikeOne_IsContent()
    {
        var guard = new HeaderGuard(new MemoryStream([.. RawTar.Header('L', "long", size: 512), .. RawTar.Header('x', "pax", size: 1 << 30)]));
        Assert.Equal(512, guard.Read(new byte[512]));
        Assert.Equal(512, guard.Read(new byte[512]));
    }

    private sealed class Dribble(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(100, buffer.Length)]);
    }
}
