using System.Globalization;
using MsBuildKit.Engine.Diagnostics;
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

    /// <summary>As it is asked for, or empty.</summary>
    public string FileName { get; private init; } = "";

    /// <summary>Permission bits.</summary>
    public int Mode { get; private init; } = 0b110_000_000;

    public int Uid { get; private init; }

    public int Gid { get; private init; }

    /// <summary>It is no file of a server: the caller of the build uploads it.</summary>
    public bool IsUpload => Address.Host == "buildkit-session";

    /// <summary>The id of a secret, or empty.</summary>
    public string AuthHeaderSecret { get; private init; } = "";

    public SortedDictionary<string, string> Headers { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads the vertex; throws MBK2021 for what is none, MBK2001 for what is not offered.</summary>
    public static HttpSource Of(Vertex vertex)
    {
        var identifier = vertex.Op.Source.Identifier;
        if (identifier.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == '\\') || !Uri.TryCreate(identifier, UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https") || address.Host.Length == 0)
            throw Invalid(vertex, "its address is none of a web server");
        var source = new HttpSource { Address = new UriBuilder(address) { UserName = "", Password = "", Fragment = "" }.Uri, User = Uri.UnescapeDataString(address.UserInfo) };
        foreach (var (key, value) in vertex.Op.Source.Attrs) source = source.With(vertex, key, value);
        return source;
    }

    private HttpSource With(Vertex vertex, string key, string value)
    {
        switch (key)
        {
            case SourceKeys.HttpChecksum:
                return this with { Checksum = Digest.TryParse(value, out var digest) && digest.Algorithm == "sha256" ? digest : throw Invalid(vertex, $"'{value}' is no SHA-256 digest") };
            case SourceKeys.HttpFileName: return this with { FileName = value };
            case SourceKeys.HttpMode: return this with { Mode = Number(vertex, key, value) & 0b111_111_111_111 };
            case SourceKeys.HttpUid: return this with { Uid = Number(vertex, key, value) };
            case SourceKeys.HttpGid: return this with { Gid = Number(vertex, key, value) };
            case SourceKeys.HttpAuthHeaderSecret: return this with { AuthHeaderSecret = value };
        }
        if (key.StartsWith(SourceKeys.HttpSignature, StringComparison.Ordinal)) throw WorkerException.SourceNotOffered($"The source '{vertex.Name}' wants a signature verified, which");
        if (key.StartsWith(SourceKeys.HttpHeader, StringComparison.Ordinal) && key[SourceKeys.HttpHeader.Length..].ToLowerInvariant() is var header && s_headers.Contains(header))
            Headers[header] = !value.Any(char.IsControl) && value.All(char.IsAscii) ? value : throw Invalid(vertex, $"its header '{header}' is none");
        return this;
    }

    // As Go reads numbers: a zero in front means octal. One that is not given is zero, and no mode at all means BuildKit's default.
    private static int Number(Vertex vertex, string key, string text)
    {
        try
        {
            var number = text.StartsWith('0') && text.Length > 1 ? Convert.ToInt32(text.TrimStart('0', 'o') is { Length: > 0 } octal ? octal : "0", 8) : int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
            return key == SourceKeys.HttpMode && number == 0 ? 0b110_000_000 : number;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw Invalid(vertex, $"'{key}' is no number that it can be");
        }
    }

    private static WorkerException Invalid(Vertex vertex, string why) =>
        new(WorkerException.InvalidSource, ErrorKind.Invalid, $"The source '{vertex.Name}' cannot be fetched: {why}. Correct it where the graph is made.");
}
