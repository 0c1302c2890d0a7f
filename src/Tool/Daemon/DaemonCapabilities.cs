using System.Collections.Frozen;
using MsBuildKit.Tool.Protocol.Caps;

namespace MsBuildKit.Tool.Daemon;

/// <summary>What clients may ask for: nothing is listed that is not there (BuildKit's solver/pb/caps.go and frontend/gateway/pb/caps.go).</summary>
internal static class DaemonCapabilities
{
    /// <summary>Of graphs.</summary>
    public static FrozenSet<string> OfLlb { get; } = new[]
    {
        "source.image", "source.image.resolvemode", "source.image.checksum", "source.image.layerlimit", "source.ocilayout", "source.imageblob",
        "source.local", "source.local.unique", "source.local.sessionid", "source.local.includepatterns", "source.local.followpaths", "source.local.excludepatterns",
        "source.local.sharedkeyhint", "source.local.differ", "source.local.metadatatransfer",
        "source.git", "source.git.keepgitdir", "source.git.fullurl", "source.git.httpauth", "source.git.knownsshhosts", "source.git.mountsshsock", "source.git.subdir",
        "source.git.checksum", "source.git.skipsubmodules", "source.git.mtime", "source.git.fetchbycommit", "source.git.bundle", "source.git.checkoutbundle",
        "source.http", "source.http.auth", "source.http.checksum", "source.http.perm", "soruce.http.uidgid", "source.http.header", "source.http.signatureverify",
        "exec.meta.base", "exec.meta.network", "exec.meta.proxyenv", "exec.meta.security", "exec.meta.security.devices.v1", "exec.meta.setsdefaultpath", "exec.meta.ulimit", "exec.meta.cdi",
        "exec.secretenv", "exec.validexitcode",
        "exec.mount.bind", "exec.mount.bind.readwrite-nooutput", "exec.mount.cache", "exec.mount.cache.sharing", "exec.mount.cache.content", "exec.mount.selector",
        "exec.mount.tmpfs", "exec.mount.tmpfs.size", "exec.mount.secret", "exec.mount.ssh",
        "file.base", "file.rm.wildcard", "file.rm.nofollowsymlink", "file.copy.includeexcludepatterns", "file.copy.requiredpaths", "file.copy.alwaysreplaceexistingdestpaths",
        "file.symlink.create",
        "constraints", "platform", "meta.ignorecache", "meta.description", "meta.exportcache", "mergeop", "diffop", "passthroughop",
        "exporter.image.annotations", "exporter.image.attestations", "exporter.sourcedateepoch", "exporter.multiple", "exporter.session", "source.policy", "source.policy.session",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Of frontends.</summary>
    public static FrozenSet<string> OfGateway { get; } = new[]
    {
        "solve.base", "solve.inlinereturn", "resolveimage", "resolveimage.resolvemode", "readfile", "return", "returnmap", "readdir", "statfile", "importcaches",
        "proto.refarray", "reference.output", "frontend.inputs", "gateway.solve.metadata", "frontend.caps", "gateway.solve.evaluate", "gateway.evaluate", "gateway.warnings",
        "reference.attestations", "source.metaresolver", "source.metaresolver.image.attestations", "source.metaresolver.http.checksumrequest", "gateway.exec", "gateway.exec.extrahosts", "gateway.exec.secretenv", "gateway.exec.signals", "gateway.exec.filesystem",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>As clients are told.</summary>
    public static IEnumerable<APICap> Describe(FrozenSet<string> capabilities) => capabilities.Order(StringComparer.Ordinal).Select(c => new APICap { ID = c, Enabled = true });
}
