using System.Text;
using System.Text.RegularExpressions;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers.Git;

/// <summary>A repository elsewhere, of an address that is safe to be given to a program.</summary>
/// <param name="Scheme">http, https, ssh or git.</param>
/// <param name="Host">With its port.</param>
/// <param name="Address">What git is given: for http without a user, for all without a password.</param>
/// <param name="User">User and password of an http address, or empty. No part of it is ever an argument.</param>
internal sealed partial record GitRemote(string Scheme, string Host, string Address, string User)
{
    /// <summary>Secrets can be sent to it as a header.</summary>
    public bool IsHttp => Scheme is "http" or "https";

    /// <summary>Names its repository in the store.</summary>
    public Digest Key => Digest.Of(Encoding.UTF8.GetBytes("git-remote:1\n" + Address));

    /// <summary>Reads an address of a graph or of a submodule; throws MBK2021 for one that could be taken for an option or a command, or of a scheme that
    /// reads this machine.</summary>
    public static GitRemote Of(string address)
    {
        var text = GitAddress.HasScheme(address) || GitAddress.Parse(address) is not null ? address : "https://" + address;
        if (text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == '\\')) throw Refused(address, "it has characters that no address has");
        var parsed = GitAddress.Parse(text) ?? throw Refused(address, "only https, http, ssh and git are");
        if (!HostName().IsMatch(parsed.Host)) throw Refused(address, "its host is none");
        if (parsed.Path.TrimStart('/') is "" or ['-', ..] || parsed.Path.Any(char.IsControl)) throw Refused(address, "its path is none");
        var isHttp = parsed.Scheme is "http" or "https";
        var user = isHttp || parsed.User.Length == 0 ? "" : Uri.UnescapeDataString(parsed.User.Split(':')[0]);
        if (user.Length > 0 && !UserName().IsMatch(user)) throw Refused(address, "its user is none");
        var remote = parsed.Remote;
        if (GitAddress.HasScheme(remote))
        {
            var path = remote[(remote.IndexOf("://", StringComparison.Ordinal) + 3)..] is var rest && rest.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? rest[slash..] : "";
            remote = $"{parsed.Scheme}://{(user.Length > 0 ? user + "@" : "")}{parsed.Host}{path}";
        }
        return new GitRemote(parsed.Scheme, parsed.Host, remote, isHttp ? Uri.UnescapeDataString(parsed.User) : "");
    }

    /// <summary>The repository of a submodule: an address of its own, or one that begins with <c>./</c> or <c>../</c> and goes on from this one.</summary>
    public GitRemote Submodule(string url)
    {
        if (!url.StartsWith("./", StringComparison.Ordinal) && !url.StartsWith("../", StringComparison.Ordinal)) return Of(url);
        var at = Address.TrimEnd('/');
        while (true)
        {
            if (url.StartsWith("./", StringComparison.Ordinal)) url = url[2..];
            else if (url.StartsWith("../", StringComparison.Ordinal)) (url, at) = (url[3..], Parent(at, url));
            else break;
        }
        return Of($"{at}{(at.EndsWith(':') ? "" : "/")}{url}") with { User = User };
    }

    private string Parent(string at, string url)
    {
        var start = Address.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? Address.IndexOf('/', scheme + 3) : Address.IndexOf(':', StringComparison.Ordinal);
        var end = at.LastIndexOf('/');
        if (start < 0 || at.Length <= start + 1) throw Refused(url, $"it leads out of '{Host}'");
        return end > start ? at[..end] : at[..(at[start] == ':' ? start + 1 : start)];
    }

    private static WorkerException Refused(string address, string why) => new(WorkerException.InvalidSource, ErrorKind.Invalid,
        $"'{SourceAddress.WithoutCredentials(PlainText.Of(address))}' is no repository that is fetched from: {why}. Use an address such as 'https://host/path.git'.");

    [GeneratedRegex(@"^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]*)(:[0-9]{1,5})?\z")]
    private static partial Regex HostName();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._+-]*\z")]
    private static partial Regex UserName();
}
