using System.Text.Json;
using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Protocol.Gateway;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>What a frontend states about its result: each statement's predicate is a file of some result, or a folder of whole statements.</summary>
internal static class FrontendStatements
{
    private const int Largest = 40 << 20;
    private const string Provenance = "https://slsa.dev/provenance/", InlineOnly = "inline-only", Core = "sbom-core";

    /// <summary>The statements about one of the results, by its id. Throws MBK2507.</summary>
    public static async Task<IReadOnlyList<GivenStatement>> OfAsync(BuildBridge bridge, FrontendResult result, string id, CancellationToken cancellationToken)
    {
        var given = new List<(GivenStatement Statement, bool IsCore)>();
        foreach (var attestation in result.Attestations.GetValueOrDefault(id)?.Attestation ?? [])
        {
            if (attestation.Ref is not { Id.Length: > 0 } source) throw Bad("no ref provided for attestation");
            var files = await bridge.Find(source.Id).OpenAsync(bridge.Job.OpenFiles, cancellationToken).ConfigureAwait(false);
            var statements = attestation.Kind == AttestationKind.Bundle ? await UnbundleAsync(attestation, files, cancellationToken).ConfigureAwait(false)
                : [await ReadAsync(attestation, files, cancellationToken).ConfigureAwait(false)];
            given.AddRange(statements.Select(s => (s, attestation.Metadata.TryGetValue(Core, out var name) && s.FileName.Split('.')[0] == name.ToStringUtf8())));
        }
        if (given.Any(g => g.Statement.PredicateType.StartsWith(Provenance, StringComparison.Ordinal))) throw Bad("frontend may not set provenance attestations");
        // What is said of the image itself comes before what is said of what it was made of.
        return [.. given.OrderByDescending(g => g.IsCore).Select(g => g.Statement)];
    }

    private static async Task<GivenStatement> ReadAsync(Attestation attestation, ResultFiles files, CancellationToken cancellationToken) => new(
        NameOf(attestation.Path), attestation.InTotoPredicateType, await ReadFileAsync(files, attestation.Path, cancellationToken).ConfigureAwait(false),
        [.. attestation.InTotoSubjects.Select(s => new GivenSubject(s.Name.Length > 0 ? s.Name : null, s.Kind == InTotoSubjectKind.Raw ? [.. s.Digest.Select(Digest.Parse)] : []))])
    {
        IsInlineOnly = IsInline(attestation),
    };

    private static async Task<IReadOnlyList<GivenStatement>> UnbundleAsync(Attestation bundle, ResultFiles files, CancellationToken cancellationToken)
    {
        var statements = new List<GivenStatement>();
        foreach (var file in await files.ListAsync(bundle.Path, null, cancellationToken).ConfigureAwait(false))
        {
            var json = await ReadFileAsync(files, $"{bundle.Path.TrimEnd('/')}/{file.Name}", cancellationToken).ConfigureAwait(false);
            statements.Add(Unwrap(file.Name, json, bundle));
        }
        return statements;
    }

    private static GivenStatement Unwrap(string name, byte[] json, Attestation bundle)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var type = root.GetProperty("predicateType").GetString() ?? "";
            if (bundle.InTotoPredicateType.Length > 0 && type != bundle.InTotoPredicateType) throw Bad($"bundle entry {type} does not match required predicate type {bundle.InTotoPredicateType}");
            var subjects = root.TryGetProperty("subject", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(SubjectOf).ToList() : [];
            var predicate = root.TryGetProperty("predicate", out var content) ? System.Text.Encoding.UTF8.GetBytes(content.GetRawText()) : [];
            return new GivenStatement(name, type, predicate, subjects) { IsInlineOnly = IsInline(bundle) };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw Bad($"cannot decode in-toto statement '{name}': {e.Message.TrimEnd('.')}");
        }
    }

    private static GivenSubject SubjectOf(JsonElement subject) => new(
        subject.TryGetProperty("name", out var name) ? name.GetString() : null,
        subject.TryGetProperty("digest", out var digests) && digests.ValueKind == JsonValueKind.Object ? [.. digests.EnumerateObject().Select(d => Digest.Parse($"{d.Name}:{d.Value.GetString()}"))] : []);

    private static async Task<byte[]> ReadFileAsync(ResultFiles files, string path, CancellationToken cancellationToken)
    {
        var content = await files.ReadAsync(path, 0, Largest + 1, cancellationToken).ConfigureAwait(false);
        return content.Length <= Largest ? content : throw Bad($"{path} exceeds {Largest} bytes");
    }

    private static bool IsInline(Attestation attestation) => attestation.Metadata.TryGetValue(InlineOnly, out var inline) && inline.ToStringUtf8() == "true";

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static DaemonException Bad(string what) => new(DaemonException.BadRequest, ErrorKind.Invalid, $"{what}: the frontend's statements cannot be exported");
}
