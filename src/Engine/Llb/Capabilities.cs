namespace MsBuildKit.Engine.Llb;

/// <summary>Capability ids that operations record, so that an older builder refuses what it cannot do (BuildKit's solver/pb/caps.go).</summary>
internal static class Capabilities
{
    public const string SourceImage = "source.image";
    public const string SourceImageResolveMode = "source.image.resolvemode";
    public const string SourceImageLayerLimit = "source.image.layerlimit";
    public const string SourceImageChecksum = "source.image.checksum";
    public const string SourceOciLayout = "source.ocilayout";
    public const string SourceLocal = "source.local";
    public const string SourceLocalUnique = "source.local.unique";
    public const string SourceLocalSession = "source.local.sessionid";
    public const string SourceLocalInclude = "source.local.includepatterns";
    public const string SourceLocalFollow = "source.local.followpaths";
    public const string SourceLocalExclude = "source.local.excludepatterns";
    public const string SourceLocalSharedKey = "source.local.sharedkeyhint";
    public const string SourceGit = "source.git";
    public const string SourceGitKeepDirectory = "source.git.keepgitdir";
    public const string SourceGitFullUrl = "source.git.fullurl";
    public const string SourceGitHttpAuth = "source.git.httpauth";
    public const string SourceGitKnownSshHosts = "source.git.knownsshhosts";
    public const string SourceGitSshSocket = "source.git.mountsshsock";
    public const string SourceGitChecksum = "source.git.checksum";
    public const string SourceGitSkipSubmodules = "source.git.skipsubmodules";
    public const string SourceGitTimes = "source.git.mtime";
    public const string SourceGitFetchByCommit = "source.git.fetchbycommit";
    public const string SourceHttp = "source.http";
    public const string SourceHttpAuth = "source.http.auth";
    public const string SourceHttpChecksum = "source.http.checksum";
    public const string SourceHttpMode = "source.http.perm";
    // So it is spelt on the wire.
    public const string SourceHttpOwner = "soruce.http.uidgid";
    public const string SourceHttpHeader = "source.http.header";
    public const string FileBase = "file.base";
    public const string FileRmWildcard = "file.rm.wildcard";
    public const string FileCopyPatterns = "file.copy.includeexcludepatterns";
    public const string FileCopyRequiredPaths = "file.copy.requiredpaths";
    public const string FileCopyReplace = "file.copy.alwaysreplaceexistingdestpaths";
    public const string ExecMetaBase = "exec.meta.base";
    public const string ExecMetaNetwork = "exec.meta.network";
    public const string ExecMetaSecurity = "exec.meta.security";
    public const string ExecMetaProxy = "exec.meta.proxyenv";
    public const string ExecMetaUlimit = "exec.meta.ulimit";
    public const string ExecMetaDevices = "exec.meta.cdi";
    public const string ExecValidExitCode = "exec.validexitcode";
    public const string ExecSecretEnv = "exec.secretenv";
    public const string ExecMountBind = "exec.mount.bind";
    public const string ExecMountBindDiscarded = "exec.mount.bind.readwrite-nooutput";
    public const string ExecMountCache = "exec.mount.cache";
    public const string ExecMountCacheSharing = "exec.mount.cache.sharing";
    public const string ExecMountContentCache = "exec.mount.cache.content";
    public const string ExecMountSelector = "exec.mount.selector";
    public const string ExecMountTmpfs = "exec.mount.tmpfs";
    public const string ExecMountTmpfsSize = "exec.mount.tmpfs.size";
    public const string ExecMountSecret = "exec.mount.secret";
    public const string ExecMountSsh = "exec.mount.ssh";
    public const string FileSymlinkCreate = "file.symlink.create";
    public const string Merge = "mergeop";
    public const string Diff = "diffop";
    public const string Platform = "platform";
    public const string Description = "meta.description";
    public const string IgnoreCache = "meta.ignorecache";
}
