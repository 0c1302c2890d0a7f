using System.Text.Encodings.Web;
using System.Text.Json;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Packages;

/// <summary>What a composition was resolved to, for the user to commit: one section per architecture.</summary>
internal sealed record LockFile
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        AllowDuplicateProperties = false, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
        WriteIndented = true, NewLine = "\n", PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public int Version { get; init; } = 1;

    public required string Distribution { get; init; }

    public SortedDictionary<string, LockedArchitecture> Architectures { get; init; } = new(StringComparer.Ordinal);

    /// <summary><c>null</c> when it is not there or tells of another distribution; throws MBK1612.</summary>
    public static LockFile? Find(string? path, string distribution)
    {
        if (path is null || !File.Exists(path)) return null;
        try
        {
            var file = JsonSerializer.Deserialize<LockFile>(File.ReadAllBytes(path), s_options) ?? throw new JsonException("it is null");
            if (!file.Architectures.Values.All(a => a is not null && !a.Packages.Contains(null!) && !a.Requested.Contains(null!))) throw new JsonException("one of its lists has a null");
            if (!file.Architectures.Values.All(IsSound)) throw new JsonException("a package in it has no usable name or version");
            return file.Distribution == distribution ? file : null;
        }
        catch (JsonException e)
        {
            throw new PackageException(PackageException.UnreadableLock, ErrorKind.Invalid,
                $"The lock file '{path}' cannot be read: {e.Message.TrimEnd('.')}. Restore it, or delete it to have it made anew.", e);
        }
    }

    // The parts of a composition's key are words, so they must be some.
    private static bool IsSound(LockedArchitecture? part) => part?.Packages.All(p => p?.Package is { } package
        && DebianWord.IsName(package.Name) && DebianWord.Is(package.Version) && DebianWord.Is(package.Sha256)) == true;

    /// <summary>Written beside and renamed, and only when it changes. One caller at a time.</summary>
    public void Save(string path)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(this, s_options);
        if (StagedFile.Says(path, bytes)) return;
        try
        {
            StagedFile.Write(path, bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PackageException(PackageException.UnreadableLock, ErrorKind.FailedPrecondition,
                $"The lock file '{path}' cannot be written: {e.Message.TrimEnd('.')}. Make its folder writable, or name another file.", e);
        }
    }
}

/// <summary>One architecture's part.</summary>
/// <param name="Requested">What was asked for; another request makes this part stale.</param>
/// <param name="Releases">Digests of the release files by suite.</param>
internal sealed record LockedArchitecture(
    IReadOnlyList<string> Requested, SortedDictionary<string, string> Releases, IReadOnlyList<LockedPackage> Packages);

/// <summary>A package; <paramref name="Suite"/> tells which source has it.</summary>
internal sealed record LockedPackage(string Suite, ComposedPackage Package);
