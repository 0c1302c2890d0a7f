namespace MsBuildKit.Engine.Llb;

/// <summary>Names of the attributes of sources on the wire (BuildKit's solver/pb/attr.go).</summary>
internal static class SourceKeys
{
    public const string ImageResolveMode = "image.resolvemode";
    public const string ImageRecordType = "image.recordtype";
    public const string ImageLayerLimit = "image.layerlimit";
    public const string ImageChecksum = "image.checksum";
    public const string LayoutSession = "oci.session";
    public const string LayoutStore = "oci.store";
    public const string LayoutLayerLimit = "oci.layerlimit";
    public const string LocalSession = "local.session";
    public const string LocalUnique = "local.unique";
    public const string LocalInclude = "local.includepattern";
    public const string LocalFollow = "local.followpaths";
    public const string LocalExclude = "local.excludepatterns";
    public const string LocalSharedKey = "local.sharedkeyhint";
    public const string LocalDiffer = "local.differ";
    public const string LocalMetadata = "local.metadatatransfer";
    public const string LocalMetadataExcept = "local.metadatatransferexclude";
    public const string HttpChecksum = "http.checksum";
    public const string HttpFileName = "http.filename";
    public const string HttpMode = "http.perm";
    public const string HttpUid = "http.uid";
    public const string HttpGid = "http.gid";
    public const string HttpAuthHeaderSecret = "http.authheadersecret";
    public const string HttpHeader = "http.header.";
    public const string HttpSigner = "http.sig.pubkey";
    public const string HttpSignature = "http.sig.signature";
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

    /// <summary>The value of <see cref="GitTimes"/> that stands for the time of the checkout, which is what holds without it.</summary>
    public const string CheckoutTimes = "checkout";
}
