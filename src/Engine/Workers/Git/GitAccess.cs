using System.Text;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Engine.Workers.Git;

/// <summary>How git may speak to one repository elsewhere: with which secret, with which keys. It ends with the conversation.</summary>
internal sealed class GitAccess : IDisposable
{
    private static readonly string[] s_shared = ["https://github.com/", "https://www.github.com/"];

    private readonly List<(string, string)> _settings = [];
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);
    private readonly Secrets _shown = new();
    private LentSecrets? _lent;
    private string? _folder;

    private GitAccess(GitRemote remote) => Remote = remote;

    public GitRemote Remote { get; }

    /// <summary>Settings that are secret.</summary>
    public IReadOnlyList<(string Key, string Value)> Settings => _settings;

    /// <summary>Variables that git needs for it.</summary>
    public IReadOnlyDictionary<string, string> Variables => _variables;

    /// <summary>The header that is shown, or <c>null</c>.</summary>
    public string? Authorization { get; private set; }

    /// <summary>What a server says, without what it was shown: it could repeat it into a log.</summary>
    public string Redact(string said) => string.Join('\n', said.Split('\n').Select(_shown.Redact));

    /// <summary>What the session lends for it.</summary>
    /// <param name="source">Names secrets and keys.</param>
    /// <param name="remote">Its repository, or that of a submodule: another one is shown only what was meant for its host.</param>
    /// <param name="session">Has them.</param>
    /// <param name="options">Where programs are.</param>
    /// <param name="cancellationToken">Forgets them.</param>
    public static async Task<GitAccess> OpenAsync(GitSource source, GitRemote remote, IBuildSession session, GitOptions options, CancellationToken cancellationToken)
    {
        var access = new GitAccess(remote);
        try
        {
            if (remote.IsHttp) access.Show(await FindHeaderAsync(source, remote, session, cancellationToken).ConfigureAwait(false));
            if (remote.Scheme == "ssh") await access.SignAsync(source, session, options, cancellationToken).ConfigureAwait(false);
            return access;
        }
        catch
        {
            access.Dispose();
            throw;
        }
    }

    /// <summary>The same for where a redirect led: another origin is shown nothing.</summary>
    public GitAccess Redirected(GitRemote to)
    {
        var access = new GitAccess(to);
        if (to.Scheme == Remote.Scheme && to.Host == Remote.Host) access.Show(Authorization);
        return access;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _lent?.Dispose();
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }

    private void Show(string? header)
    {
        if (header is null) return;
        Authorization = header;
        _settings.Add(($"http.{Remote.Address}.extraHeader", "Authorization: " + header));
        foreach (var part in header.Split(' ')) _shown.Add(part);
        if (Unwrap(header) is { } password) _shown.Add(password);
    }

    /// <summary>The header that a repository is shown, or <c>null</c>.</summary>
    public static async Task<string?> FindHeaderAsync(GitSource source, GitRemote remote, IBuildSession session, CancellationToken cancellationToken)
    {
        foreach (var ending in IsMeantFor(source, remote) ? [$".{remote.Host}", ""] : new[] { $".{remote.Host}" })
        {
            if (source.HeaderSecret.Length > 0 && await LentText.FindAsync(session, source.HeaderSecret + ending, cancellationToken).ConfigureAwait(false) is { } header) return header;
            if (source.TokenSecret.Length > 0 && await LentText.FindAsync(session, source.TokenSecret + ending, cancellationToken).ConfigureAwait(false) is { } token) return Basic("x-access-token:" + token);
        }
        return remote.User.Length > 0 ? Basic(remote.User) : null;
    }

    // A token of GitHub is for many repositories there, and a project's submodules are often among them. BuildKit does likewise.
    private static bool IsMeantFor(GitSource source, GitRemote remote) =>
        remote.Address == source.Remote.Address || s_shared.Any(s => remote.Address.StartsWith(s, StringComparison.Ordinal) && source.Remote.Address.StartsWith(s, StringComparison.Ordinal));

    // What stands behind the colon of 'basic base64(user:password)'.
    private static string? Unwrap(string header)
    {
        var bytes = new byte[header.Length];
        return Convert.TryFromBase64String(header[(header.LastIndexOf(' ') + 1)..], bytes, out var count) && Encoding.UTF8.GetString(bytes, 0, count) is var user && user.IndexOf(':', StringComparison.Ordinal) is >= 0 and var at ? user[(at + 1)..] : null;
    }

    private static string Basic(string user) => "basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(user));

    private async Task SignAsync(GitSource source, IBuildSession session, GitOptions options, CancellationToken cancellationToken)
    {
        string? Find(string program) => ProgramPath.Find(options.SearchPath, program);
        var ssh = Find(OperatingSystem.IsWindows() ? "ssh.exe" : "ssh") ?? throw GitErrors.NoSshProgram();
        if (source.Ssh.Length > 0)
        {
            _lent = await LentSecrets.TakeAgentAsync(source.Ssh, session, Find, options.Time, cancellationToken).ConfigureAwait(false);
            _variables["SSH_AUTH_SOCK"] = _lent.Agents[source.Ssh];
        }
        var known = "/dev/null";
        if (source.KnownHosts.Length > 0)
        {
            _folder = Directory.CreateTempSubdirectory("msbuildkit-git-").FullName;
            await File.WriteAllTextAsync(known = Path.Combine(_folder, "known_hosts"), source.KnownHosts, cancellationToken).ConfigureAwait(false);
        }
        // No settings and no keys but those that are lent. A host that nobody vouches for is not spoken to.
        string[] line = [ssh, "-F", "/dev/null", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", $"UserKnownHostsFile={known}", "-o", "IdentityFile=none", "-o", "ConnectTimeout=30", "-o", "ServerAliveInterval=15", "-o", "ForwardAgent=no"];
        _variables["GIT_SSH_COMMAND"] = string.Join(' ', line.Select(w => $"'{w.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
        _variables["GIT_SSH_VARIANT"] = "ssh";
    }
}
