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
    public void Read_ContentThatLooksLikeAHeader_IsContent()
    {
        var block = RawTar.Header('x', "pax", size: 1 << 30);
        block[0] ^= 1;
        Assert.Equal(512, new HeaderGuard(new MemoryStream(block)).Read(new byte[512]));
    }

    private sealed class Dribble(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(100, buffer.Length)]);
    }
}
