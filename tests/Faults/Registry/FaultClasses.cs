using System.Text;

namespace MsBuildKit.Faults.Registry;

/// <summary>Every way in which a registry, or what stands before it, was seen to fail and then not to.</summary>
/// <remarks>Refusals for good, such as 413, are no part of it: the engine's tests show that they are told at once. Nor is a bit that flips in
/// a manifest on its way to a tag, which no registry can notice: TLS is against that, and the engine sends it anew when the answer names
/// another digest.</remarks>
internal static class FaultClasses
{
    private static readonly TimeSpan s_drip = TimeSpan.FromMilliseconds(100);

    public static IReadOnlyList<FaultClass> All { get; } =
    [
        Status("500", 500), Status("502", 502), Status("503", 503), Status("504", 504), Status("408", 408), Status("425", 425),
        Status("429, Retry-After 0", 429, ("Retry-After", "0")), Status("429, Retry-After 2", 429, ("Retry-After", "2")),
        Status("503, Retry-After in the past", 503, ("Retry-After", "Thu, 01 Jan 2015 00:00:00 GMT")),
        Status("403 once", 403), Status("404 once", 404),
        new("401 in between", Always, e => e.AnswerAsync(ProxiedAnswer.Of(401, "", ("WWW-Authenticate", $"Bearer realm=\"http://{e.Request.Host}/token\",service=\"drill\"")))),
        new("web page", Always, e => e.AnswerAsync(ProxiedAnswer.Of(200, "<html>Please log in</html>", ("Content-Type", "text/html")))),
        new("502 after it was done", Always, async e =>
        {
            await e.ForwardAsync();
            await e.AnswerAsync(ProxiedAnswer.Of(502));
        }),
        new("RST before the head", Always, e => Reset(e, Task.CompletedTask)),
        new("RST after it was done", Always, e => Reset(e, e.ForwardAsync())),
        new("RST after the head", Always, async e => await Reset(e, e.Wire.WriteAsync((await e.ForwardAsync()).Head(), e.Stop))),
        new("RST in the body", r => r.IsRead, async e => await Reset(e, e.AnswerPartAsync(await e.ForwardAsync()))),
        new("RST in the upload", HasBlob, e => Reset(e, e.Registry.SendPartAsync(e.Request, e.Random.Next(e.Request.Body.Length), e.Stop))),
        new("FIN before the head", Always, e =>
        {
            e.Wire.Close();
            return Task.CompletedTask;
        }),
        new("cut body, right length", r => r.IsRead, async e =>
        {
            await e.AnswerPartAsync(await e.ForwardAsync());
            e.Wire.Close();
        }),
        new("cut body, wrong length", r => r.IsRead, async e =>
        {
            var answer = await e.ForwardAsync();
            await e.AnswerAsync(answer with { Body = answer.Body[..(answer.Body.Length / 2)], Length = answer.Body.Length / 2 });
        }),
        new("chunks without end", r => r.IsRead, async e =>
        {
            var answer = await e.ForwardAsync();
            await e.Wire.WriteAsync((answer with { Length = null, Headers = [.. answer.Headers, KeyValuePair.Create("Transfer-Encoding", "chunked")] }).Head(), e.Stop);
            await e.Wire.WriteAsync(Encoding.ASCII.GetBytes($"{answer.Body.Length:x}\r\n"), e.Stop);
            await e.Wire.WriteAsync(answer.Body, e.Stop);
            e.Wire.Close();
        }),
        new("bit flip in the body", r => r.IsRead, async e =>
        {
            var answer = await e.ForwardAsync();
            await e.AnswerAsync(answer with { Body = Flip(answer.Body, e.Random) });
        }),
        new("bit flip in the upload", HasBlob, async e => await e.AnswerAsync(await e.Registry.SendAsync(e.Request with { Body = Flip(e.Request.Body, e.Random) }, e.Stop))),
        new("wrong digest in the head", r => r.Path.Contains("/manifests/", StringComparison.Ordinal), async e =>
            await e.AnswerAsync((await e.ForwardAsync()).WithHeader("Docker-Content-Digest", _ => "sha256:" + Convert.ToHexStringLower(RandomBytes(e.Random, 32))))),
        new("drip", Always, DripAsync),
        new("stall", Always, e => e.Wire.WaitForTheEndAsync(e.Stop)),
        new("commit twice", r => r.IsOfAnUpload && r.Method == "PUT", async e =>
        {
            await e.ForwardAsync();
            await e.AnswerAsync(await e.ForwardAsync());
        }),
        new("Location relative", HasLocation, async e => await e.AnswerAsync((await e.ForwardAsync()).WithHeader("Location", l => new Uri(l).PathAndQuery))),
        new("Location at another host", HasLocation, async e => await e.AnswerAsync((await e.ForwardAsync()).WithHeader("Location", l => $"http://{e.OtherHost}{new Uri(l).PathAndQuery}"))),
        new("upload expired", r => r.IsOfAnUpload, async e =>
        {
            await e.Registry.SendAsync(e.Request with { Method = "DELETE", Body = [] }, e.Stop);
            await e.AnswerAsync(ProxiedAnswer.Of(404, """{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN","message":"expired"}]}"""));
        }),
    ];

    private static FaultClass Status(string name, int status, params (string, string)[] headers) =>
        new(name, Always, e => e.AnswerAsync(ProxiedAnswer.Of(status, """{"errors":[{"code":"DRILL","message":"for now"}]}""", headers)));

    private static bool Always(ProxiedRequest request) => true;

    private static bool HasBlob(ProxiedRequest request) => request.IsOfAnUpload && request.Body.Length > 1;

    private static bool HasLocation(ProxiedRequest request) => request.Method == "POST" || (request.IsOfAnUpload && request.Method is "GET" or "PATCH");

    private static async Task Reset(Exchange exchange, Task before)
    {
        await before;
        exchange.Wire.Reset();
    }

    // The head drips too when there is no body.
    private static async Task DripAsync(Exchange exchange)
    {
        var answer = await exchange.ForwardAsync();
        var slow = answer.Head();
        if (exchange.Request.IsRead)
        {
            await exchange.Wire.WriteAsync(slow, exchange.Stop);
            slow = answer.Body;
        }
        for (var i = 0; i < slow.Length; i++)
        {
            await exchange.Wire.WriteAsync(slow.AsMemory(i, 1), exchange.Stop);
            await Task.Delay(s_drip, exchange.Stop);
        }
    }

    private static byte[] Flip(byte[] bytes, Random random)
    {
        byte[] flipped = [.. bytes];
        if (flipped.Length > 0) flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
        return flipped;
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
