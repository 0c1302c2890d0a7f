namespace MsBuildKit.Engine.Distribution;

/// <summary>A file of a web server that is wanted.</summary>
/// <param name="Address">http or https, without a user.</param>
internal sealed record WebRequest(Uri Address)
{
    /// <summary>The <c>Authorization</c> header: for the origin of <see cref="Address"/> alone.</summary>
    public string? Authorization { get; init; }

    /// <summary>Other headers, each once.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>What was had of it before: the server is asked whether that still holds.</summary>
    public WebFile? Known { get; init; }

    /// <summary>Only what the server says of the file is wanted, not the file.</summary>
    public bool IsQuestion { get; init; }

    public HttpRequestMessage Make(Uri target, bool authorized, long from, string? ifRange)
    {
        var message = new HttpRequestMessage(IsQuestion ? HttpMethod.Head : HttpMethod.Get, target);
        foreach (var (name, value) in Headers) message.Headers.TryAddWithoutValidation(name, value);
        // A tag is one of a way of packing, so a question and what it is about ask for the same one. Parts are those of the file itself.
        message.Headers.TryAddWithoutValidation("Accept-Encoding", from > 0 ? "identity" : "gzip");
        if (authorized && Authorization is not null) message.Headers.TryAddWithoutValidation("Authorization", Authorization);
        if (from > 0)
        {
            message.Headers.TryAddWithoutValidation("Range", FormattableString.Invariant($"bytes={from}-"));
            message.Headers.TryAddWithoutValidation("If-Range", ifRange);
        }
        else if (Known?.ETag is { } tag) message.Headers.TryAddWithoutValidation("If-None-Match", tag);
        else if (Known?.LastModified is { } time) message.Headers.TryAddWithoutValidation("If-Modified-Since", time);
        return message;
    }
}
