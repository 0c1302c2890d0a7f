using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Sessions;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers.Remote;

/// <summary>What is solved somewhere else.</summary>
/// <param name="Graph">The operations.</param>
/// <param name="Session">What they ask for.</param>
/// <param name="Store">Gets the result.</param>
/// <param name="Terms">How it is to be solved.</param>
public sealed record RemoteGraph(Definition Graph, IBuildSession Session, LocalContentStore Store, RemoteTerms Terms)
{
    /// <summary>Layers that need not come here, for it is known where they are.</summary>
    public IReadOnlySet<Digest> KnownBlobs { get; init; } = new HashSet<Digest>();

    /// <summary>Remembers the content of files that the session lends.</summary>
    public required FileFactsCache Facts { get; init; }

    /// <summary>Where the user wrote what a step of this name does, or <c>null</c>.</summary>
    public required Func<string, SourcePosition?> FindPosition { get; init; }
}
