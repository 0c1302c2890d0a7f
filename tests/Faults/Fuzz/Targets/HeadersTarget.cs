using System.Net;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>The headers of a registry's answers that decide what is asked next: where to, from which byte on, and when.</summary>
internal sealed class HeadersTarget : FuzzTarget
{
    private static readonly Uri s_asked = new("https://registry.example/v2/a/blobs/uploads/");
    private static readonly string[] s_names = ["Location", "Retry-After", "Range", "Content-Range", "Content-Type", "Content-Length", "Docker-Content-Digest"];

    public override IReadOnlyList<string> Words =>
        ["Location: ", "Retry-After: ", "Range: ", "Content-Range: ", "Content-Length: ", "Content-Type: ", "Docker-Content-Digest: ", "//", "http://", "https://", "../", "?_state=", "0-", "bytes ", "bytes=", "/*", "GMT", "sha256:", "[", "]", "%", "\\"];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds() => new Dictionary<string, string>
    {
        ["upload"] = "Location: /v2/a/blobs/uploads/1?_state=x\nRange: 0-1023\n", ["elsewhere"] = "Location: https://store.example:8443/b?sig=1\nContent-Length: 5\n", ["later"] = "Retry-After: 120\nContent-Type: text/html; charset=utf-8\n",
        ["date"] = "Retry-After: Fri, 31 Dec 2027 23:59:59 GMT\n", ["part"] = "Content-Range: bytes 10-99/100\nContent-Length: 90\n", ["digest"] = $"Docker-Content-Digest: sha256:{new string('a', 64)}\nContent-Type: application/vnd.oci.image.index.v1+json\nContent-Length: 7\n",
    }.Select(s => (s.Key, Bytes(s.Value)));

    public override string Run(byte[] input)
    {
        using var response = Answer(Text(input));
        var redirects = Redirects.IsRedirect(response, out var location);
        if (redirects && Redirects.Resolve(s_asked, location!) is { } target) _ = (Redirects.IsSameOrigin(s_asked, target), Redirects.IsDowngrade(s_asked, target), target.Authority);
        var session = BlobUpload.SessionOf(response, 0, 2048);
        Require(session is null || session.Offset is >= 0 and <= 2048, $"the registry is believed to have {session?.Offset} of 2048 bytes");
        if (session is not null && session.Location.Scheme is "https" or "http") Redirects.WithQuery(session!.Location, "digest=x");
        _ = (response.Content.Headers.ContentLength, response.Content.Headers.ContentRange?.From, RegistryRepository.DescriptorOf(response));

        var time = new HurriedTime();
        new RetryPauses(new RegistryOptions { Time = time, Random = new Random(1) }).WaitAsync(1 + (input.Length % 40), response, CancellationToken.None).GetAwaiter().GetResult();
        Require(time.Pauses.All(p => p >= TimeSpan.Zero && p <= TimeSpan.FromMinutes(1)), $"a pause of {time.Pauses.FirstOrDefault()}");
        return $"{redirects} {session?.Offset > 0} {session?.Location.Scheme} {time.Pauses.Any(p => p > TimeSpan.FromSeconds(31))}";
    }

    private static HttpResponseMessage Answer(string text)
    {
        var response = new HttpResponseMessage(HttpStatusCode.TemporaryRedirect) { RequestMessage = new HttpRequestMessage(HttpMethod.Post, s_asked), Content = new ByteArrayContent([]) };
        response.Content.Headers.Clear();
        foreach (var line in text.Split('\n'))
        {
            var colon = line.IndexOf(':');
            if (colon <= 0 || Array.Find(s_names, n => n.Equals(line[..colon], StringComparison.OrdinalIgnoreCase)) is not { } name) continue;
            if (!response.Headers.TryAddWithoutValidation(name, line[(colon + 1)..].Trim())) response.Content.Headers.TryAddWithoutValidation(name, line[(colon + 1)..].Trim());
        }
        return response;
    }
}
