namespace MsBuildKit.Engine.Llb;

/// <summary>Names of the attributes of sources on the wire (BuildKit's solver/pb/attr.go).</summary>
internal static class SourceKeys
{
    public const string LocalIncludePatterns = "local.includepattern";
    public const string LocalExcludePatterns = "local.excludepatterns";
    public const string LocalFollowPaths = "local.followpaths";
    public const string HttpChecksum = "http.checksum";
    public const string HttpFileName = "http.filename";
    public const string HttpMode = "http.perm";
    public const string HttpUid = "http.uid";
    public const string HttpGid = "http.gid";
    public const string HttpAuthHeaderSecret = "http.authheadersecret";
    public const string HttpHeader = "http.header.";
    public const string HttpSignature = "http.sig.";
    public const string GitKeepDirectory = "git.keepgitdir";
    public const string GitFullUrl = "git.fullurl";
    public const string GitAuthHeaderSecret = "git.authheadersecret";
    public const string GitAuthTokenSecret = "git.authtokensecret";
    public const string GitKnownSshHosts = "git.knownsshhosts";
    public const string GitSshSocket = "git.mountsshsock";
    public const string GitChecksum = "git.checksum";
    public const string GitSkipSubmodules = "git.skipsubmodules";
    public const string GitTimes = "git.mtime";
    public const string GitFetchByCommit = "git.fetchbycommit";
    public const string GitBundle = "git.bundle";
    public const string GitCheckoutBundle = "git.checkoutbundle";
    public const string GitSignature = "git.sig.";

    /// <summary>The value of a switch that is on.</summary>
    public const string On = "true";

    /// <summary>The value of <see cref="GitTimes"/> that stands for the commit's time.</summary>
    public const string CommitTimes = "commit";
}
