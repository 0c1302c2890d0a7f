namespace MsBuildKit.Engine.Llb;

/// <summary>Which commit of a repository, what of it, and how it is fetched (see <see cref="LlbState.Git"/>).</summary>
public sealed record GitSourceOptions
{
    /// <summary>A branch, a tag, a full ref or a commit's full id; empty for the branch that the repository calls its default.</summary>
    public string Ref { get; init; } = "";

    /// <summary>The directory of the commit that is the tree; empty for all of it.</summary>
    public string Subdirectory { get; init; } = "";

    /// <summary>The tree has a <c>.git</c>, of this one commit.</summary>
    public bool KeepGitDirectory { get; init; }

    /// <summary>The commit's id or its beginning, which must come out.</summary>
    public string Checksum { get; init; } = "";

    /// <summary>Submodules are left out.</summary>
    public bool SkipSubmodules { get; init; }

    /// <summary>Files have the time of the commit.</summary>
    public bool CommitTimes { get; init; }

    /// <summary>Files have the time of their checkout. That is so unless <see cref="CommitTimes"/> says otherwise; this only puts it on the wire.</summary>
    public bool CheckoutTimes { get; init; }

    /// <summary><see cref="Checksum"/> is fetched whatever the ref points at by now.</summary>
    public bool FetchByCommit { get; init; }

    /// <summary>The id of the secret that is the <c>Authorization</c> header, <c>null</c> for <c>GIT_AUTH_HEADER</c>. One with <c>.host</c> at its end
    /// is asked for first.</summary>
    public string? AuthHeaderSecret { get; init; }

    /// <summary>The id of the secret that is the token of <c>x-access-token</c>, <c>null</c> for <c>GIT_AUTH_TOKEN</c>; looked for likewise.</summary>
    public string? AuthTokenSecret { get; init; }

    /// <summary>Lines of a <c>known_hosts</c> file, for ssh.</summary>
    public string KnownSshHosts { get; init; } = "";

    /// <summary>The id of the SSH keys, for ssh; empty for <c>default</c>.</summary>
    public string Ssh { get; init; } = "";

    internal (string Identifier, IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<string> Capabilities) ToWire(string url)
    {
        var address = GitAddress.Parse(url) ?? (GitAddress.HasScheme(url) ? null : GitAddress.Parse(url = "https://" + url));
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        var capabilities = new List<string> { Capabilities.SourceGit };
        Add(SourceKeys.GitKeepDirectory, KeepGitDirectory ? SourceKeys.On : "", Capabilities.SourceGitKeepDirectory);
        Add(SourceKeys.GitFullUrl, address?.Remote ?? url, Capabilities.SourceGitFullUrl);
        Add(SourceKeys.GitAuthTokenSecret, AuthTokenSecret ?? "GIT_AUTH_TOKEN", AuthTokenSecret is null ? null : Capabilities.SourceGitHttpAuth);
        Add(SourceKeys.GitAuthHeaderSecret, AuthHeaderSecret ?? "GIT_AUTH_HEADER", AuthHeaderSecret is null ? null : Capabilities.SourceGitHttpAuth);
        if (address?.Scheme == "ssh")
        {
            // BuildKit asks the host for its keys when it is given none, which proves nothing.
            Add(SourceKeys.GitKnownSshHosts, KnownSshHosts, null);
            Add(SourceKeys.GitSshSocket, Ssh.Length == 0 ? "default" : Ssh, null);
            capabilities.AddRange([Capabilities.SourceGitKnownSshHosts, Capabilities.SourceGitSshSocket]);
        }
        Add(SourceKeys.GitChecksum, Checksum, Capabilities.SourceGitChecksum);
        Add(SourceKeys.GitSkipSubmodules, SkipSubmodules ? SourceKeys.On : "", Capabilities.SourceGitSkipSubmodules);
        Add(SourceKeys.GitTimes, CommitTimes ? SourceKeys.CommitTimes : CheckoutTimes ? SourceKeys.CheckoutTimes : "", Capabilities.SourceGitTimes);
        Add(SourceKeys.GitFetchByCommit, FetchByCommit ? SourceKeys.On : "", Capabilities.SourceGitFetchByCommit);
        var place = address is null ? url : address.Host + GitAddress.CleanPath(address.Path);
        var fragment = address is null || Ref.Length + Subdirectory.Length == 0 ? "" : "#" + Ref + (Subdirectory.Length == 0 ? "" : ":" + Subdirectory);
        return ($"git://{place}{fragment}", attributes, capabilities);

        void Add(string key, string value, string? capability)
        {
            if (value.Length == 0) return;
            attributes[key] = value;
            if (capability is not null && !capabilities.Contains(capability)) capabilities.Add(capability);
        }
    }
}
