using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Workers.Blobs;

namespace MsBuildKit.Engine.Workers.Git;

/// <summary>What a vertex of <c>git://</c> asks for, checked.</summary>
internal sealed record GitSource
{
    private const string Scheme = "git://";

    /// <summary>The repository.</summary>
    public required GitRemote Remote { get; init; }

    /// <summary>A branch, tag, full ref or full id; empty for the default branch.</summary>
    public string Ref { get; init; } = "";

    /// <summary>Relative, without <c>..</c>; empty for the root.</summary>
    public string Subdirectory { get; init; } = "";

    public bool KeepDirectory { get; private init; }

    /// <summary>Lower-case hex that the commit's id, or that of its tag, must begin with; or empty.</summary>
    public string Checksum { get; private init; } = "";

    public bool SkipSubmodules { get; private init; }

    public bool CommitTimes { get; private init; }

    public bool FetchByCommit { get; private init; }

    public string HeaderSecret { get; private init; } = "";

    public string TokenSecret { get; private init; } = "";

    public string KnownHosts { get; private init; } = "";

    public string Ssh { get; private init; } = "";

    /// <summary>What stands in for the repository, or <c>null</c>.</summary>
    public BlobAddress? Bundle { get; private init; }

    /// <summary>Attributes that say which layout <see cref="Bundle"/> is of.</summary>
    public IReadOnlyDictionary<string, string> BundlePlace { get; private init; } = new Dictionary<string, string>();

    /// <summary>Not the files of the commit are wanted but a bundle of it.</summary>
    public bool AsBundle { get; private init; }

    /// <summary>Reads the vertex; throws MBK2021 for what is none, MBK2001 for what is not offered.</summary>
    public static GitSource Of(Vertex vertex)
    {
        var body = vertex.Op.Source.Identifier[Scheme.Length..];
        if (GitAddress.Parse(body) is null && !GitAddress.HasScheme(body)) body = "https://" + body;
        var address = GitAddress.Parse(body);
        var source = new GitSource
        {
            Remote = GitRemote.Of(vertex.Op.Source.Attrs.TryGetValue(SourceKeys.GitFullUrl, out var full) ? full : address?.Remote ?? body),
            Ref = address?.Ref ?? "",
            Subdirectory = address?.Subdirectory ?? "",
            BundlePlace = vertex.Op.Source.Attrs.Where(a => a.Key is SourceKeys.LayoutSession or SourceKeys.LayoutStore).ToDictionary(StringComparer.Ordinal),
        };
        foreach (var (key, value) in vertex.Op.Source.Attrs) source = source.With(vertex, key, value);
        source.Check(vertex);
        return source;
    }

    private GitSource With(Vertex vertex, string key, string value) => key switch
    {
        SourceKeys.GitKeepDirectory => this with { KeepDirectory = value == SourceKeys.On },
        SourceKeys.GitAuthHeaderSecret => this with { HeaderSecret = value },
        SourceKeys.GitAuthTokenSecret => this with { TokenSecret = value },
        SourceKeys.GitKnownSshHosts => this with { KnownHosts = value },
        SourceKeys.GitSshSocket => this with { Ssh = value },
        SourceKeys.GitChecksum => this with { Checksum = value.Length is > 0 and <= 64 && value.All(char.IsAsciiHexDigit) ? value.ToLowerInvariant() : throw Invalid(vertex, $"invalid checksum '{value}': expected hex commit hash or the beginning of one") },
        SourceKeys.GitSkipSubmodules => this with { SkipSubmodules = value == SourceKeys.On },
        SourceKeys.GitTimes => this with { CommitTimes = value is SourceKeys.CommitTimes or SourceKeys.CheckoutTimes or "" ? value == SourceKeys.CommitTimes : throw Invalid(vertex, $"files cannot have the time of '{value}'") },
        SourceKeys.GitFetchByCommit => this with { FetchByCommit = value == SourceKeys.On },
        SourceKeys.GitBundle when value.Length > 0 => this with { Bundle = BlobAddress.Find(value) ?? throw Invalid(vertex, $"'{PlainText.Of(value)}' is no blob that can be its bundle") },
        SourceKeys.GitCheckoutBundle => this with { AsBundle = value == SourceKeys.On },
        _ when key.StartsWith(SourceKeys.GitSignature, StringComparison.Ordinal) => throw WorkerException.SourceNotOffered($"The source '{vertex.Name}' wants a signature verified, which"),
        _ => this,
    };

    private void Check(Vertex vertex)
    {
        if (Ref.Length > 0 && !GitRef.IsId(Ref) && !GitRef.IsName(Ref)) throw Invalid(vertex, $"'{PlainText.Of(Ref)}' is no name of a branch, tag or commit");
        if (Subdirectory.Any(char.IsControl)) throw Invalid(vertex, "its directory is none");
        if (FetchByCommit && !GitRef.IsId(Ref) && !GitRef.IsId(Checksum)) throw Invalid(vertex, "fetching by commit needs the full id of one");
        if (Bundle is not null && !GitRef.IsId(Checksum)) throw Invalid(vertex, "a bundle needs the full id of the commit as its checksum");
        if (AsBundle && (KeepDirectory || Subdirectory.Length > 0)) throw Invalid(vertex, "a bundle is of the whole commit, and has no '.git' beside it");
        if (GitRef.IsId(Ref) && !Ref.StartsWith(Checksum, StringComparison.Ordinal)) throw GitErrors.WrongCommit(vertex.Name, Checksum, Ref);
    }

    private static WorkerException Invalid(Vertex vertex, string why) => WorkerException.NoSource(vertex.Name, why);
}
