using MsBuildKit.Engine.Attestations.BuildKit;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Frontends;

namespace MsBuildKit.Tool.Daemon.Statements;

/// <summary>What one frontend of a build was asked for, and what it had solved and looked up for that. A frontend that asks another has its scope within its own.</summary>
internal sealed class RequestScope
{
    private readonly Lock _gate = new();
    private readonly List<RequestScope> _children = [];
    private readonly List<BuildRef> _refs = [];
    private readonly List<ImageMaterial> _images = [];

    private RequestScope(AskedFrontend? asked, AskedFrontend root) => (Asked, Root) = (asked, root);

    /// <summary>What the frontend was asked for; <c>null</c> for the client itself, of which nobody knows.</summary>
    public AskedFrontend? Asked { get; }

    /// <summary>What the client asked for when it began the build.</summary>
    public AskedFrontend Root { get; }

    /// <summary>Everything that was solved, within other scopes too.</summary>
    public IReadOnlyList<BuildRef> Refs => [.. Collect(s => s._refs)];

    /// <summary>Images that were looked up.</summary>
    public IReadOnlyList<ImageMaterial> Images => [.. Collect(s => s._images)];

    /// <summary>The scope of a build.</summary>
    public static RequestScope OfBuild(AskedFrontend asked) => new(null, asked);

    /// <summary>The scope of a frontend that is asked within this one.</summary>
    public RequestScope Enter(AskedFrontend asked)
    {
        // A client that said nothing when it began said what it wants now.
        var child = new RequestScope(asked, Root.SaysSomething || Asked is null ? Root : Asked);
        lock (_gate) _children.Add(child);
        return child;
    }

    public void Add(BuildRef solved)
    {
        lock (_gate) _refs.Add(solved);
    }

    public void Add(ImageMaterial image)
    {
        lock (_gate) _images.Add(image);
    }

    /// <summary>The scope in which something was solved; <c>null</c> for something of another build.</summary>
    public RequestScope? Find(BuildRef solved)
    {
        RequestScope[] children;
        lock (_gate)
        {
            if (_refs.Contains(solved)) return this;
            children = [.. _children];
        }
        return children.Select(c => c.Find(solved)).FirstOrDefault(s => s is not null);
    }

    private List<T> Collect<T>(Func<RequestScope, List<T>> own)
    {
        lock (_gate) return [.. own(this), .. _children.SelectMany(c => c.Collect(own))];
    }
}

/// <summary>A frontend and what it is asked for.</summary>
/// <param name="Frontend">Its name; empty for a client that is one itself.</param>
/// <param name="Call">What it is asked.</param>
internal sealed record AskedFrontend(string Frontend, FrontendCall Call)
{
    public bool SaysSomething => Frontend.Length > 0 || Call.Attributes.Count > 0 || Call.Inputs.Count > 0;
}
