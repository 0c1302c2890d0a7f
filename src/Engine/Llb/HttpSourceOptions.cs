using System.Globalization;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Llb;

/// <summary>What a file of a web server is to be in its tree, and how it is asked for (see <see cref="LlbState.Http"/>).</summary>
public sealed record HttpSourceOptions
{
    /// <summary>The SHA-256 of its bytes, or <c>null</c> to take what the server has.</summary>
    public Digest? Checksum { get; init; }

    /// <summary>Its name; empty for what the server says, else the end of the address.</summary>
    public string FileName { get; init; } = "";

    /// <summary>Permission bits, 0 for those of BuildKit: 0600.</summary>
    public int Mode { get; init; }

    /// <summary>Owner.</summary>
    public int Uid { get; init; }

    /// <summary>Group.</summary>
    public int Gid { get; init; }

    /// <summary>The id of the secret that is the <c>Authorization</c> header. Empty means <c>HTTP_AUTH_HEADER_host</c> and <c>HTTP_AUTH_TOKEN_host</c>,
    /// if there are such.</summary>
    public string AuthHeaderSecret { get; init; } = "";

    /// <summary>The <c>Accept</c> header, or empty.</summary>
    public string Accept { get; init; } = "";

    /// <summary>The <c>User-Agent</c> header, or empty for ours.</summary>
    public string UserAgent { get; init; } = "";

    internal (IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<string> Capabilities) ToWire()
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        var capabilities = new List<string> { Capabilities.SourceHttp };
        Add(SourceKeys.HttpChecksum, Checksum?.ToString() ?? "", Capabilities.SourceHttpChecksum);
        Add(SourceKeys.HttpFileName, FileName, null);
        Add(SourceKeys.HttpMode, (Mode & 0b111_111_111) is not 0 and var bits ? "0" + Convert.ToString(bits, 8) : "", Capabilities.SourceHttpMode);
        Add(SourceKeys.HttpUid, Uid == 0 ? "" : Uid.ToString(CultureInfo.InvariantCulture), Capabilities.SourceHttpOwner);
        Add(SourceKeys.HttpGid, Gid == 0 ? "" : Gid.ToString(CultureInfo.InvariantCulture), Capabilities.SourceHttpOwner);
        Add(SourceKeys.HttpAuthHeaderSecret, AuthHeaderSecret, Capabilities.SourceHttpAuth);
        Add(SourceKeys.HttpHeader + "accept", Accept, Capabilities.SourceHttpHeader);
        Add(SourceKeys.HttpHeader + "user-agent", UserAgent, Capabilities.SourceHttpHeader);
        return (attributes, capabilities);

        void Add(string key, string value, string? capability)
        {
            if (value.Length == 0) return;
            attributes[key] = value;
            if (capability is not null && !capabilities.Contains(capability)) capabilities.Add(capability);
        }
    }
}
