using System.Globalization;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Packages;

/// <summary>A verified release file: which suite it is for, and the hashes of its indexes.</summary>
internal sealed class ReleaseFile
{
    private readonly Dictionary<string, (string Sha256, long Size)> _files = new(StringComparer.Ordinal);

    private ReleaseFile(Stanza stanza)
    {
        IsByHash = stanza["Acquire-By-Hash"] == "yes";
        foreach (var line in (stanza["SHA256"] ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var hash, var size, var path] && long.TryParse(size, out var length))
                _files[path] = (hash, length);
    }

    public bool IsByHash { get; }

    /// <summary>Hash and size of an index, or <c>null</c> when the suite has none of that name.</summary>
    public (string Sha256, long Size)? Find(string path) => _files.TryGetValue(path, out var file) ? file : null;

    private static Stanza Read(string text, string suite)
    {
        using var reader = new StringReader(text);
        try
        {
            return Stanza.Read(reader).FirstOrDefault() ?? new Stanza();
        }
        catch (InvalidDataException e)
        {
            throw new PackageException(PackageException.Untrusted, ErrorKind.FailedPrecondition, $"The release file of '{suite}' cannot be used: {e.Message}. Use another mirror.", e);
        }
    }

    /// <summary>Checks suite and times; throws MBK1604 and MBK1605.</summary>
    public static ReleaseFile Parse(string text, string suite, DateTimeOffset? now)
    {
        var stanza = Read(text, suite);
        if (stanza["Codename"] != suite && stanza["Suite"] != suite)
            throw new PackageException(PackageException.Untrusted, ErrorKind.FailedPrecondition,
                $"The release file of '{suite}' is for '{stanza["Codename"]}'. Use a mirror that serves the suite.");
        if (now is { } time && stanza["Valid-Until"] is { } until
            && DateTimeOffset.TryParse(until.Replace("UTC", "GMT", StringComparison.Ordinal), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end)
            && end < time)
            throw new PackageException(PackageException.Expired, ErrorKind.FailedPrecondition,
                $"The release file of '{suite}' was valid until {until} only: the mirror may withhold updates. Use a fresh mirror, or set ContainerPackageCheckValidUntil to false for a mirror of the past.");
        return new ReleaseFile(stanza);
    }
}
