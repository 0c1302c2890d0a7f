using System.Text.Json;
using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Protocol.Gateway;

namespace MsBuildKit.Tool.Daemon.Statements;

/// <summary>Reads what frontends say of their results: predicates that are files of a tree, and folders of statements (BuildKit's exporter/attestation).</summary>
internal sealed class FrontendStatements(BuildBridge bridge)
{
    private const int Longest = 40 << 20;
    private const string InlineOnly = "inline-only", CoreScan = "sbom-core", Provenance = "https://slsa.dev/provenance/";

    /// <summary>All of one tree of a result. Throws MBK2582.</summary>
    public async Task<IReadOnlyList<ResultStatement>> ReadAsync(Attestations attestations, CancellationToken cancellationToken)
    {
        var statements = new List<(ResultStatement Statement, bool IsCore)>();
        foreach (var attestation in attestations.Attestation)
        {
            var files = await OpenAsync(attestation, cancellationToken).ConfigureAwait(false);
            var read = attestation.Kind == AttestationKind.Bundle ? await ReadBundleAsync(attestation, files, cancellationToken).ConfigureAwait(false) : [await ReadPredicateAsync(attestation, files, cancellationToken).ConfigureAwait(false)];
            statements.AddRange(read.Select(s => (s, IsCore(attestation, s.FileName))));
        }
        return [.. statements.OrderByDescending(s => s.IsCore).Select(s => s.Statement)];
    }

    private async Task<ResultFiles> OpenAsync(Attestation attestation, CancellationToken cancellationToken) => attestation.Ref is { Id.Length: > 0 } told
        ? await bridge.Find(told.Id).OpenAsync(bridge.Job.OpenFiles, cancellationToken).ConfigureAwait(false)
        : throw Bad($"no ref provided for attestation '{attestation.Path}'");

    private static async Task<ResultStatement> ReadPredicateAsync(Attestation attestation, ResultFiles files, CancellationToken cancellationToken)
    {
        if (attestation.Path.Length == 0) throw Bad("attestation does not have set path");
        if (attestation.InTotoPredicateType.StartsWith(Provenance, StringComparison.Ordinal)) throw Bad("frontend may not set provenance attestations");
        // Nothing at all is said as JSON says it.
        var json = await ReadAsync(files, attestation.Path, cancellationToken).ConfigureAwait(false) is { Length: > 0 } read ? read : "null"u8.ToArray();
        using (Parse(attestation.Path, json)) return Make(attestation, attestation.Path, new Predicate(attestation.InTotoPredicateType, json) { Subjects = [.. attestation.InTotoSubjects.Select(Read)] });
    }

    private static async Task<IReadOnlyList<ResultStatement>> ReadBundleAsync(Attestation bundle, ResultFiles files, CancellationToken cancellationToken)
    {
        var read = new List<ResultStatement>();
        foreach (var entry in (await files.ListAsync("/" + bundle.Path.TrimStart('/'), null, cancellationToken).ConfigureAwait(false)).OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            var path = $"/{bundle.Path.Trim('/')}/{entry.Name}";
            using var statement = Parse(path, await ReadAsync(files, path, cancellationToken).ConfigureAwait(false));
            var predicate = Read(statement.RootElement) ?? throw Bad($"cannot decode in-toto statement '{path}'");
            if (predicate.Type.StartsWith(Provenance, StringComparison.Ordinal)) throw Bad("frontend may not bundle provenance attestations");
            if (bundle.InTotoPredicateType.Length > 0 && predicate.Type != bundle.InTotoPredicateType)
                throw Bad($"bundle entry {predicate.Type} does not match required predicate type {bundle.InTotoPredicateType}");
            read.Add(Make(bundle, path, predicate));
        }
        return read;
    }

    private static async Task<byte[]> ReadAsync(ResultFiles files, string path, CancellationToken cancellationToken)
    {
        var file = await files.StatAsync(path, cancellationToken).ConfigureAwait(false);
        if (file.Type != TreeEntryType.File) throw Bad($"{path} is not a regular file");
        if (file.Size > Longest) throw Bad($"{path} exceeds {Longest} bytes");
        return await files.ReadAsync(path, 0, null, cancellationToken).ConfigureAwait(false);
    }

    private static JsonDocument Parse(string path, byte[] json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw Bad($"'{path}' is no JSON: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static Predicate? Read(JsonElement statement)
    {
        if (statement.ValueKind != JsonValueKind.Object || !statement.TryGetProperty("predicateType", out var type) || type.ValueKind != JsonValueKind.String || !statement.TryGetProperty("predicate", out var predicate)) return null;
        var subjects = statement.TryGetProperty("subject", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().ToList() : [];
        return new Predicate(type.GetString()!, JsonSerializer.SerializeToUtf8Bytes(predicate)) { Subjects = [.. subjects.Select(ReadSubject)] };
    }

    private static PredicateSubject ReadSubject(JsonElement subject)
    {
        var name = subject.ValueKind == JsonValueKind.Object && subject.TryGetProperty("name", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";
        var digests = subject.ValueKind == JsonValueKind.Object && subject.TryGetProperty("digest", out var map) && map.ValueKind == JsonValueKind.Object ? map.EnumerateObject().ToList() : [];
        return new PredicateSubject(name, [.. digests.Select(d => ReadDigest($"{d.Name}:{d.Value}"))]);
    }

    private static PredicateSubject Read(InTotoSubject subject) => new(subject.Name, subject.Kind == InTotoSubjectKind.Raw ? [.. subject.Digest.Select(ReadDigest)] : []);

    private static Digest ReadDigest(string text) => Digest.TryParse(text, out var digest) ? digest : throw Bad($"'{text}' is no digest of a subject");

    private static ResultStatement Make(Attestation attestation, string path, Predicate predicate)
    {
        var name = Path.GetFileName(path);
        var told = predicate with { LacksLayers = predicate.Type == SpdxDocument.PredicateType && IsCore(attestation, name) };
        return ResultStatement.Of(name, told) with { IsInlineOnly = Metadata(attestation, InlineOnly) is "true" or "1" };
    }

    // What was found in the image itself comes before what was found elsewhere.
    private static bool IsCore(Attestation attestation, string file) => Metadata(attestation, CoreScan) is { } core && file.Split('.')[0] == core;

    private static string? Metadata(Attestation attestation, string key) => attestation.Metadata.TryGetValue(key, out var value) ? value.ToStringUtf8() : null;

    private static StatementException Bad(string what, Exception? inner = null) =>
        new(StatementException.BadStatement, ErrorKind.Invalid, $"{what}: the statements of the frontend about its result cannot be used", inner);
}
