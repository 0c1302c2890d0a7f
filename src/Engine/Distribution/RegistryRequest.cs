using System.Net;
using System.Net.Http.Headers;

namespace MsBuildKit.Engine.Distribution;

/// <summary>A request that can be made as often as it takes.</summary>
/// <param name="Method">The verb.</param>
/// <param name="Address">A path such as <c>/v2/..</c>, or an absolute address that the registry gave.</param>
/// <param name="Scope">What its token must allow.</param>
internal sealed record RegistryRequest(HttpMethod Method, string Address, TokenScope Scope)
{
    /// <summary>Answers that the caller can use although they are no success.</summary>
    public IReadOnlyCollection<HttpStatusCode> Expected { get; init; } = [];

    /// <summary>Media types to ask for.</summary>
    public IReadOnlyCollection<string> Accept { get; init; } = [];

    /// <summary>The first byte to ask for.</summary>
    public long From { get; init; }

    /// <summary>Makes the body, anew for each try.</summary>
    public Func<HttpContent>? Content { get; init; }

    public bool Accepts(HttpResponseMessage response) => response.IsSuccessStatusCode || Expected.Contains(response.StatusCode);

    public HttpRequestMessage Make(Uri target)
    {
        var message = new HttpRequestMessage(Method, target) { Content = Content?.Invoke() };
        foreach (var type in Accept) message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        if (From > 0) message.Headers.Range = new RangeHeaderValue(From, null);
        return message;
    }
}
