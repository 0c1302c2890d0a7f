using Google.Protobuf;
using MsBuildKit.Engine.Attestations.BuildKit;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Tool.Daemon.Statements;

/// <summary>Which requests the graphs came of that frontends gave out, as long as their builds run: a graph that comes back as the input of another request is known again.</summary>
internal sealed class KnownProducers
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<(object Build, RequestProvenance Request)>> _known = new(StringComparer.Ordinal);

    /// <summary>Remembers what a graph came of, until <see cref="Forget"/>.</summary>
    public void Add(object build, Definition graph, RequestProvenance request)
    {
        if (HeadOf(graph) is not { } head) return;
        lock (_gate)
        {
            if (!_known.TryGetValue(head, out var requests)) _known[head] = requests = [];
            requests.Add((build, request));
        }
    }

    /// <summary>The request that a graph came of, without what that one's client had asked for first; <c>null</c> when that is not known, or could be one or another.</summary>
    public RequestProvenance? Find(Definition graph)
    {
        if (HeadOf(graph) is not { } head) return null;
        List<RequestProvenance> found;
        lock (_gate) found = [.. (_known.GetValueOrDefault(head) ?? []).Select(k => k.Request with { Request = k.Request.Request with { Root = null } })];
        return found is [var first, .. var others] && others.TrueForAll(first.IsSameAs) ? first : null;
    }

    /// <summary>A build is over.</summary>
    public void Forget(object build)
    {
        lock (_gate)
            foreach (var (head, requests) in _known.ToList())
            {
                requests.RemoveAll(r => r.Build == build);
                if (requests.Count == 0) _known.Remove(head);
            }
    }

    private static string? HeadOf(Definition graph)
    {
        try
        {
            return graph.Def.Count > 0 && Op.Parser.ParseFrom(graph.Def[^1]) is { Inputs: [var head, ..] } ? head.Digest : null;
        }
        catch (InvalidProtocolBufferException)
        {
            // Whoever solves it says so.
            return null;
        }
    }
}
