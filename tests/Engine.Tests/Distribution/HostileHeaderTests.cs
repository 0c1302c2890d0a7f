using System.Net;
using MsBuildKit.Engine.Distribution;

namespace MsBuildKit.Engine.Tests.Distribution;

/// <summary>Headers of a registry that says what cannot be.</summary>
public sealed class HostileHeaderTests
{
    private static readonly Uri s_asked = new("https://registry.example/v2/a/blobs/uploads/");

    [Theory]
    [InlineData("0-99", 100)]
    [InlineData("bytes=0-9", 10)]
    [InlineData("0-0", 0)]
    [InlineData("0-100", 0)]
    [InlineData("0-9223372036854775807", 0)]
    [InlineData("5-9", 0)]
    [InlineData("0--1", 0)]
    public void SessionOf_Range_IsBelievedWithinTheBlob(string range, long offset)
    {
        using var response = Answer("/next");
        response.Headers.TryAddWithoutValidation("Range", range);
        Assert.Equal(offset, BlobUpload.SessionOf(response, 0, size: 100)!.Offset);
    }

    [Theory]
    [InlineData("https://\u0080/")]
    [InlineData("mailto:a@b.example")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://:9@registry.example/")]
    public void SessionOf_LocationThatIsNoAddressOfTheWeb_IsNone(string location)
    {
        using var response = Answer(location);
        Assert.Null(BlobUpload.SessionOf(response, 0, size: 100));
    }

    [Fact]
    public void Resolve_NoAddress_IsNull() => Assert.Null(Redirects.Resolve(s_asked, new Uri("//", UriKind.Relative)));

    private static HttpResponseMessage Answer(string location)
    {
        var response = new HttpResponseMessage(HttpStatusCode.Accepted) { RequestMessage = new HttpRequestMessage(HttpMethod.Post, s_asked) };
        response.Headers.TryAddWithoutValidation("Location", location);
        return response;
    }
}
