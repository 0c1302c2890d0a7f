namespace MsBuildKit.Engine.Attestations.BuildKit;

/// <summary>What somebody asked a frontend for, and where its text came from.</summary>
/// <param name="Source">Of the text.</param>
/// <param name="Request">What was asked for.</param>
public sealed record RequestProvenance(ConfigSource Source, RequestParameters Request)
{
    /// <summary>The request of a frontend, its arguments as they may be told.</summary>
    /// <param name="frontend">Empty for a client that is one itself.</param>
    /// <param name="arguments">As they were given.</param>
    /// <param name="capture">Tells which commit or content an address was.</param>
    public static RequestProvenance Of(string frontend, IEnumerable<KeyValuePair<string, string>> arguments, BuildCapture capture)
    {
        var told = RequestArguments.Tell(arguments);
        return new(ConfigSource.Take(told, capture), new RequestParameters { Frontend = frontend, Arguments = told });
    }

    /// <summary>Both say the same.</summary>
    public bool IsSameAs(RequestProvenance other) => RequestJson.Write(this).AsSpan().SequenceEqual(RequestJson.Write(other));
}

/// <summary>What a frontend was asked for (<c>request</c> of the predicate).</summary>
public sealed record RequestParameters
{
    public string Frontend { get; init; } = "";

    public IReadOnlyDictionary<string, string> Arguments { get; init; } = new Dictionary<string, string>();

    /// <summary>Requests that other results came of which this one was given, by the names that it has for them.</summary>
    public IReadOnlyDictionary<string, RequestProvenance> Inputs { get; init; } = new Dictionary<string, RequestProvenance>();

    /// <summary>What the client had asked for, when a frontend made another request of it.</summary>
    public RequestProvenance? Root { get; init; }

    public IReadOnlyList<LentMaterial> Secrets { get; init; } = [];

    public IReadOnlyList<LentMaterial> Agents { get; init; } = [];

    public IReadOnlyCollection<string> Folders { get; init; } = [];

    /// <summary>BuildKit's number for how results are written; 0 says nothing.</summary>
    public int Compatibility { get; init; }

    /// <summary>The same without what may be nobody else's business: arguments and labels, which secrets.</summary>
    /// <param name="isLess">Arguments were left out.</param>
    public RequestParameters Reduce(out bool isLess)
    {
        var kept = Arguments.Where(a => !RequestArguments.IsPrivate(a.Key)).ToDictionary(StringComparer.Ordinal);
        var less = kept.Count < Arguments.Count;
        var reduced = this with { Arguments = kept, Secrets = [], Agents = [], Inputs = Inputs.ToDictionary(i => i.Key, i => Reduce(i.Value), StringComparer.Ordinal), Root = Root is null ? null : Reduce(Root) };
        isLess = less;
        return reduced;

        RequestProvenance Reduce(RequestProvenance other)
        {
            var request = other.Request.Reduce(out var isAlsoLess);
            less |= isAlsoLess;
            return other with { Request = request };
        }
    }
}
