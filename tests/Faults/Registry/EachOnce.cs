using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace MsBuildKit.Faults.Registry;

/// <summary>Each request of a push or a pull goes wrong in one way the first time, and then not again.</summary>
internal sealed partial class EachOnce(FaultClass fault) : FaultPlan
{
    private readonly ConcurrentDictionary<string, bool> _seen = new();

    public override FaultClass? Next(ProxiedRequest request) => fault.Applies(request) && _seen.TryAdd(KeyOf(request), true) ? fault : null;

    // A new upload of the same blob is the same request again.
    private static string KeyOf(ProxiedRequest request) => $"{request.Method} {UploadId().Replace(request.Path, "uploads/*")} {DigestInQuery().Match(request.Target).Value}";

    [GeneratedRegex("uploads/[^/]+")]
    private static partial Regex UploadId();

    [GeneratedRegex("digest=[^&]+")]
    private static partial Regex DigestInQuery();
}
