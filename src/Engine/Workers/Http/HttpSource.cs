using MsBuildKit.Engine.Llb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers.Http;

/// <summary>What a vertex of <c>http://</c> or <c>https://</c> asks for, checked.</summary>
internal sealed record HttpSource
{
    // Of all headers these can be wanted, as with BuildKit: others could speak for somebody.
    private static readonly string[] s_headers = ["accept", "user-agent"];

    /// <summary>Without a user.</summary>
    public required Uri Address { get; init; }

    /// <summary>User and password of the address, or empty.</summary>
    public required string User { get; init; }

    public Digest? Checksum { get; private init; }

    /// <summary>What it is to be in its tree.</summary>
    public required FetchedFile File { get; init; }

    /// <summary>It is no file of a server: the caller of the build uploads it.</summary>
    public bool IsUpload => Address.Host == "buildkit-session";

    /// <summary>The id of a secret, or empty.</summary>
    public string AuthHeaderSecret { get; private init; } = "";

    /// <summary>Armored OpenPGP keys, one of which must have signed the file; empty when none need.</summary>
    public string Signers { get; private init; } = "";

    /// <summary>The armored OpenPGP signature of the file that one of <see cref="Signers"/> made, or empty.</summary>
    public string Signature { get; private init; } = "";

    public SortedDictionary<string, string> Headers { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads the vertex; throws MBK2021 for what is none.</summary>
    public static HttpSource Of(Vertex vertex)
    {
        var identifier = vertex.Op.Source.Identifier;
        if (identifier.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == '\\') || !Uri.TryCreate(identifier, UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https") || address.Host.Length == 0)
            throw Invalid(vertex, "its address is none of a web server");
        var source = new HttpSource { Address = new UriBuilder(address) { UserName = "", Password = "", Fragment = "" }.Uri, File = FetchedFile.Of(vertex), User = Uri.UnescapeDataString(address.UserInfo) };
        foreach (var (key, value) in vertex.Op.Source.Attrs) source = source.With(vertex, key, value);
        return source.Signers.Length > 0 == source.Signature.Length > 0 ? source : throw Invalid(vertex, "a signature takes the keys that may have made it, and keys a signature");
    }

    private HttpSource With(Vertex vertex, string key, string value)
    {
        switch (key)
        {
            case SourceKeys.HttpChecksum:
                return this with { Checksum = Digest.TryParse(value, out var digest) && digest.Algorithm == "sha256" ? digest : throw Invalid(vertex, $"'{value}' is no SHA-256 digest") };
            case SourceKeys.HttpAuthHeaderSecret: return this with { AuthHeaderSecret = value };
            case SourceKeys.HttpSigner: return this with { Signers = value };
            case SourceKeys.HttpSignature: return this with { Signature = value };
        }
        if (key.StartsWith(SourceKeys.HttpHeader, StringComparison.Ordinal) && key[SourceKeys.HttpHeader.Length..].ToLowerInvariant() is var header && s_headers.Contains(header))
            Headers[header] = !value.Any(char.IsControl) && value.All(char.IsAscii) ? value : throw Invalid(vertex, $"its header '{header}' is none");
        return this;
    }

    private static WorkerException Invalid(Vertex vertex, string why) => WorkerException.NoSource(vertex.Name, why);
}
