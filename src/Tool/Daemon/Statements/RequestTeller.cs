using MsBuildKit.Engine.Attestations.BuildKit;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Tool.Daemon.Statements;

/// <summary>Tells what was asked for, with what inputs came of that other requests had made.</summary>
internal sealed class RequestTeller(KnownProducers producers)
{
    /// <summary>The request of a frontend.</summary>
    /// <param name="scope">Of the frontend; of a client that is one itself nothing is known.</param>
    /// <param name="capture">What went into its result.</param>
    public RequestProvenance Tell(RequestScope scope, BuildCapture capture)
    {
        if (scope.Asked is not { } asked) return RequestProvenance.Of("", [], capture);
        var request = Tell(asked, capture);
        return FindRoot(scope.Root, capture) is { } root && !root.IsSameAs(request) ? request with { Request = request.Request with { Root = root } } : request;
    }

    private RequestProvenance? FindRoot(AskedFrontend root, BuildCapture capture) =>
        Tell(root, capture) is { Request: var request } told && (request.Frontend.Length > 0 || request.Arguments.Count > 0 || request.Inputs.Count > 0) ? told : null;

    private RequestProvenance Tell(AskedFrontend asked, BuildCapture capture)
    {
        var told = RequestProvenance.Of(asked.Frontend, asked.Call.Attributes, capture);
        return told with { Request = told.Request with { Inputs = Inputs(asked.Call.Inputs) } };
    }

    private Dictionary<string, RequestProvenance> Inputs(IReadOnlyDictionary<string, Definition> inputs)
    {
        var known = new Dictionary<string, RequestProvenance>(StringComparer.Ordinal);
        foreach (var (name, graph) in inputs)
            if (producers.Find(graph) is { } request) known[name] = request;
        return known;
    }
}
