using Google.Protobuf;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers.Remote.Protocol;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers.Remote;

/// <summary>A graph with what it is lent, as it crosses to the process that speaks to builders. Content of secrets and layouts does not: it is asked for.</summary>
internal static class GraphOnWire
{
    /// <summary>What is to be sent, in this order.</summary>
    public static IEnumerable<Frame> ToWire(RemoteGraph graph)
    {
        var names = LentNames.Of(graph.Graph);
        foreach (var tree in names.Locals.Select(graph.Session.FindLocal).OfType<LocalTree>().SelectMany(TreesOnWire.ToWire)) yield return new Frame { Tree = tree };
        yield return new Frame { Graph = ToWire(graph, names) };
    }

    /// <summary>The graph that was sent. Throws <see cref="OciException"/> for what is no digest.</summary>
    /// <param name="wire">The graph.</param>
    /// <param name="session">What it is lent.</param>
    /// <param name="store">Gets the result.</param>
    /// <param name="facts">Remembers the content of files.</param>
    public static RemoteGraph FromWire(Graph wire, IBuildSession session, LocalContentStore store, FileFactsCache facts) =>
        new(Definition.Parser.ParseFrom(wire.Definition), session, store, TermsOf(wire))
        {
            Facts = facts,
            KnownBlobs = wire.KnownBlobs.Select(Digest.Parse).ToHashSet(),
            FindPosition = step => wire.Positions.TryGetValue(step, out var position) ? EventsOnWire.FromWire(position) : null,
        };

    /// <summary>The SSH keys that were sent.</summary>
    public static IReadOnlyDictionary<string, SshSource> AgentsOf(Graph wire) =>
        wire.Agents.ToDictionary(a => a.Key, SshSource (a) => a.Value.Keys.Count > 0 ? new SshKeys([.. a.Value.Keys]) : new SshAgent(a.Value.HasSocket ? a.Value.Socket : null), StringComparer.Ordinal);

    private static Graph ToWire(RemoteGraph graph, LentNames names)
    {
        var (session, terms) = (graph.Session, graph.Terms);
        var wire = new Graph
        {
            Definition = graph.Graph.ToByteString(),
            Project = terms.Project,
            SourceDateEpoch = terms.SourceDateEpoch,
            Compression = (int)terms.Compression,
            AllowHostNetwork = terms.AllowHostNetwork,
            AllowInsecure = terms.AllowInsecure,
            AllowDevices = terms.AllowDevices,
            KnownBlobs = { graph.KnownBlobs.Select(b => b.ToString()) },
            Layouts = { names.Layouts.Where(l => session.FindLayout(l) is not null) },
        };
        if (terms.CompressionLevel is { } level) wire.CompressionLevel = level;
        foreach (var name in names.Locals)
            if (session.FindFolder(name) is { } folder)
                wire.Folders.Add(name, folder);
        foreach (var id in names.Agents)
            if (session.FindSsh(id) is { } keys)
                wire.Agents.Add(id, ToWire(keys));
        foreach (var step in names.Steps)
            if (graph.FindPosition(step) is { } position)
                wire.Positions.Add(step, EventsOnWire.ToWire(position));
        return wire;
    }

    private static Agent ToWire(SshSource source)
    {
        var wire = new Agent();
        if (source is SshKeys keys) wire.Keys.Add(keys.Files);
        if (source is SshAgent { Socket: { } socket }) wire.Socket = socket;
        return wire;
    }

    private static RemoteTerms TermsOf(Graph wire) => new(wire.Project, wire.SourceDateEpoch)
    {
        Compression = (Compression)wire.Compression,
        CompressionLevel = wire.HasCompressionLevel ? wire.CompressionLevel : null,
        AllowHostNetwork = wire.AllowHostNetwork,
        AllowInsecure = wire.AllowInsecure,
        AllowDevices = wire.AllowDevices,
    };
}
