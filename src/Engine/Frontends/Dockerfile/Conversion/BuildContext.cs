using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Files that a Dockerfile copies of, or an image that stands in for one that it names.</summary>
public abstract record BuildContext;

/// <summary>A folder that the caller lends under a name (<c>local://</c>).</summary>
public sealed record FolderContext(string Name) : BuildContext
{
    /// <summary>The session that lends it; empty for the build's own.</summary>
    public string SessionId { get; init; } = "";

    /// <summary>What a builder may keep the files of a named context under, beside its name.</summary>
    public string SharedKey { get; init; } = "";
}

/// <summary>A commit of a repository, as <c>url#ref:folder</c> or with a query.</summary>
public sealed record GitContext(string Address) : BuildContext;

/// <summary>An archive that a web server has, unpacked.</summary>
public sealed record HttpContext(string Url) : BuildContext;

/// <summary>An image in a registry (<c>docker-image://</c>).</summary>
public sealed record ImageContext(ImageReference Reference) : BuildContext;

/// <summary>An image in a layout or archive that the caller lends (<c>oci-layout://</c>).</summary>
public sealed record LayoutContext(string Store, string? Tag, Digest? Digest) : BuildContext
{
    /// <summary>What the graph calls the image, as it would one of a registry; <c>null</c> for the name of the layout.</summary>
    public string? Name { get; init; }
}

/// <summary>A tree that the caller has a graph of.</summary>
/// <param name="Tree">Its files.</param>
/// <param name="Config">Of the image that it is, or <c>null</c> for files alone.</param>
public sealed record GraphContext(LlbState Tree, ImageConfig? Config = null) : BuildContext;

/// <summary>Nothing: what a Dockerfile from standard input has. Copying of it finds no file.</summary>
public sealed record NoContext : BuildContext;
