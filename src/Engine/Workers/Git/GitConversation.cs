using IPAddress = System.Net.IPAddress;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Workers.Git;

/// <summary>Speaks to the repositories of one source: its own, and those of its submodules.</summary>
/// <remarks>Redirects are followed here and not by git, by the rules for files (<see cref="WebServer"/>). A repository leads to no submodule at an
/// address of a narrower circle than its own; git looks the name up again, so a name server that answers differently each time is not caught.</remarks>
internal sealed partial class GitConversation(GitSource source, IBuildSession session, GitProgram git, WebFiles web) : IDisposable
{
    private const string Advertisement = "/info/refs";

    private readonly AddressGuard _guard = new(HostOf(source.Remote), "repository");
    private readonly Dictionary<string, GitAccess> _accesses = new(StringComparer.Ordinal);

    public GitProgram Git => git;

    /// <summary>Runs a command that speaks to a repository; what git complains of is in the answer.</summary>
    /// <param name="remote">The repository.</param>
    /// <param name="make">Makes the command, given the address of the repository.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<GitOutput> RunAsync(GitRemote remote, Func<string, GitCommand> make, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(git.Options.Patience, git.Options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var access = await OpenAsync(remote, either.Token).ConfigureAwait(false);
            var output = await RunAsync(access, make, either.Token).ConfigureAwait(false);
            if (output.ExitCode == 0 || !access.Remote.IsHttp || !Redirection().IsMatch(output.Error)) return output;
            _accesses[remote.Address] = access = access.Redirected(await FollowAsync(access, either.Token).ConfigureAwait(false));
            return await RunAsync(access, make, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw GitErrors.TooSlow(remote);
        }
        catch (InvalidDataException e)
        {
            throw GitErrors.Failed(remote, e.Message);
        }
    }

    /// <summary>Somebody is shown a secret, or signed to.</summary>
    public static Task<bool> IsAuthorizedAsync(GitSource source, IBuildSession session, CancellationToken cancellationToken) => IsAuthorizedAsync(source, source.Remote, session, cancellationToken);

    /// <summary>The same, for the repository of a submodule.</summary>
    public Task<bool> IsAuthorizedAsync(GitRemote remote, CancellationToken cancellationToken) => IsAuthorizedAsync(source, remote, session, cancellationToken);

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var access in _accesses.Values) access.Dispose();
    }

    private static async Task<bool> IsAuthorizedAsync(GitSource source, GitRemote remote, IBuildSession session, CancellationToken cancellationToken) =>
        remote.Scheme == "ssh" ? session.FindSsh(source.Ssh) is not null
        : remote.IsHttp && await GitAccess.FindHeaderAsync(source, remote, session, cancellationToken).ConfigureAwait(false) is not null;

    private async Task<GitOutput> RunAsync(GitAccess access, Func<string, GitCommand> make, CancellationToken cancellationToken)
    {
        var output = await git.RunAsync(make(access.Remote.Address) with { Access = access }, cancellationToken).ConfigureAwait(false);
        return output with { Error = access.Redact(output.Error) };
    }

    private async Task<GitAccess> OpenAsync(GitRemote remote, CancellationToken cancellationToken)
    {
        if (_accesses.TryGetValue(remote.Address, out var known)) return known;
        await JudgeAsync(remote, cancellationToken).ConfigureAwait(false);
        return _accesses[remote.Address] = await GitAccess.OpenAsync(source, remote, session, git.Options, cancellationToken).ConfigureAwait(false);
    }

    private async Task<GitRemote> FollowAsync(GitAccess access, CancellationToken cancellationToken)
    {
        var asked = new WebRequest(new Uri($"{access.Remote.Address.TrimEnd('/')}{Advertisement}?service=git-upload-pack")) { Authorization = access.Authorization };
        var end = (await web.ResolveAsync(asked, cancellationToken).ConfigureAwait(false)).GetLeftPart(UriPartial.Path);
        return GitRemote.Of(end.EndsWith(Advertisement, StringComparison.Ordinal) ? end[..^Advertisement.Length] : end);
    }

    private async Task JudgeAsync(GitRemote remote, CancellationToken cancellationToken)
    {
        if (HostOf(remote) == HostOf(source.Remote)) return;
        foreach (var address in await FindAsync(HostOf(source.Remote), cancellationToken).ConfigureAwait(false)) _guard.Reached(address);
        _guard.Require(HostOf(remote), await FindAsync(HostOf(remote), cancellationToken).ConfigureAwait(false), "for a submodule");
    }

    // A name that only a proxy knows is the proxy's to judge.
    private static async Task<IPAddress[]> FindAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            return await System.Net.Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return [];
        }
    }

    private static string HostOf(GitRemote remote) => new Uri("https://" + remote.Host).Host;

    [GeneratedRegex("returned error: 30[12378]")]
    private static partial Regex Redirection();
}
