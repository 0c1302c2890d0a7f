using Microsoft.AspNetCore.Http;

namespace MsBuildKit.TestKit.Registry;

/// <summary>A request as the registry saw it.</summary>
public sealed class RecordedRequest(HttpRequest request)
{
    private long _bodyLength;

    public string Method { get; } = request.Method;

    public string Path { get; } = request.Path.Value ?? "";

    public string Query { get; } = request.QueryString.Value ?? "";

    public IReadOnlyDictionary<string, string> Headers { get; } =
        request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);

    /// <summary>Bytes of the body that arrived.</summary>
    public long BodyLength => Interlocked.Read(ref _bodyLength);

    /// <summary>The status that was answered; 0 when the connection was cut.</summary>
    public int Status { get; internal set; }

    public string? Authorization => Headers.GetValueOrDefault("Authorization");

    internal void Received(int bytes) => Interlocked.Add(ref _bodyLength, bytes);

    public override string ToString() => $"{Method} {Path}{Query} -> {Status} ({BodyLength} bytes of body)";
}
