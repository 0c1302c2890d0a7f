using MsBuildKit.Engine.Llb.Pb;
using Digest = MsBuildKit.Engine.Oci.Digest;
using ImagePlatform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Llb;

/// <summary>A file tree yet to be made: one output of an operation, or scratch. Immutable; every verb returns a new state.</summary>
/// <remarks>
/// States share their inputs, so a graph is built by passing states around. <see cref="LlbMarshaller.Marshal"/> turns a state into a
/// definition. Operations that do not depend on a platform do not mention one, as BuildKit's own client does it.
/// </remarks>
public sealed class LlbState
{
    internal LlbState(LlbNode? node, int output = 0) => (Node, Output) = (node, output);

    /// <summary>The empty tree.</summary>
    public static LlbState Scratch { get; } = new((LlbNode?)null);

    /// <summary>The result of a graph that somebody else made: its operations keep their bytes, and so their digests. Throws <see cref="LlbException"/>.</summary>
    /// <param name="definition">The graph; one without operations is scratch.</param>
    public static LlbState Of(Definition definition) => definition.Def.Count == 0 ? Scratch : GivenGraph.Read(definition);

    internal LlbNode? Node { get; }

    internal int Output { get; }

    /// <summary>The tree of an image in a registry (<c>docker-image://</c>). Pin <paramref name="reference"/> by digest to be reproducible.</summary>
    public static LlbState Image(string reference, ImagePlatform platform, string? name = null, IReadOnlyDictionary<string, string>? attributes = null) =>
        Source($"docker-image://{reference}", [Capabilities.SourceImage], platform, name, attributes);

    /// <summary>The tree of an image in a registry, found and limited as <paramref name="options"/> say.</summary>
    public static LlbState Image(string reference, ImagePlatform platform, ImageSourceOptions options, string? name = null)
    {
        var (attributes, capabilities) = options.ToWire();
        return Source($"docker-image://{reference}", capabilities, platform, name, attributes);
    }

    /// <summary>The tree of an image in a layout that a session lends; <paramref name="reference"/> names it with its digest.</summary>
    public static LlbState OciLayout(string reference, ImagePlatform platform, OciLayoutOptions options, string? name = null) =>
        Source($"oci-layout://{reference}", [Capabilities.SourceOciLayout], platform, name, options.ToWire());

    /// <summary>The tree of an image in a layout that the session lends (<c>oci-layout://</c>).</summary>
    public static LlbState OciLayout(string store, Digest digest, ImagePlatform platform, string? name = null) =>
        Source($"oci-layout://{store}@{digest}", [Capabilities.SourceOciLayout], platform, name);

    /// <summary>A tree of files that the session lends (<c>local://</c>).</summary>
    public static LlbState Local(string tree, string? name = null, IReadOnlyDictionary<string, string>? attributes = null) =>
        Source($"local://{tree}", [Capabilities.SourceLocal], null, name, attributes);

    /// <summary>Those of the files that the session lends that <paramref name="options"/> ask for.</summary>
    public static LlbState Local(string tree, LocalSourceOptions options, string? name = null)
    {
        var (attributes, capabilities) = options.ToWire();
        return Source($"local://{tree}", capabilities, null, name, attributes);
    }

    /// <summary>A tree of one file that a web server has (<c>https://</c>, <c>http://</c>).</summary>
    /// <param name="url">Its address.</param>
    /// <param name="options">What it is to be, and how it is asked for.</param>
    /// <param name="name">What people are shown.</param>
    public static LlbState Http(string url, HttpSourceOptions? options = null, string? name = null)
    {
        var (attributes, capabilities) = (options ?? new HttpSourceOptions()).ToWire();
        return Source(url, capabilities, null, name, attributes);
    }

    /// <summary>The tree of a commit of a repository (<c>git://</c>).</summary>
    /// <param name="url">Of the repository: https, http, ssh, git, or <c>user@host:path</c>; without a scheme it is https. What stands behind <c>#</c> is
    /// of no meaning here: it belongs into <paramref name="options"/>.</param>
    /// <param name="options">Which commit, and how it is fetched.</param>
    /// <param name="name">What people are shown.</param>
    public static LlbState Git(string url, GitSourceOptions? options = null, string? name = null)
    {
        var (identifier, attributes, capabilities) = (options ?? new GitSourceOptions()).ToWire(url);
        return Source(identifier, capabilities, null, name, attributes);
    }

    /// <summary>This tree after file actions, applied in order.</summary>
    public LlbState File(string? name, params FileStep[] steps)
    {
        if (steps.Length == 0) return this;
        var inputs = new List<LlbState>();
        var op = new Op { File = new FileOp() };
        var caps = new List<string> { Capabilities.FileBase };
        long previous = Node is null ? OpConstants.Empty : Add(inputs, this);
        foreach (var step in steps)
            if (step.From?.Node is not null)
                Add(inputs, step.From);
        for (var i = 0; i < steps.Length; i++)
        {
            var action = steps[i].Action.Clone();
            action.Input = previous;
            action.SecondaryInput = steps[i].From?.Node is null ? OpConstants.Empty : IndexOf(inputs, steps[i].From!);
            FileStep.ResolveOwner(action, Node is null ? OpConstants.Empty : 0);
            action.Output = i == steps.Length - 1 ? 0 : OpConstants.Empty;
            caps.AddRange(steps[i].Capabilities);
            op.File.Actions.Add(action);
            previous = inputs.Count + i;
        }
        return new LlbState(new LlbNode(op, inputs, caps, name));
    }

    /// <summary>This tree, and the writable mounts, after a command ran in it. Throws <see cref="LlbException"/> when two mounts share a place.</summary>
    /// <param name="options">The command.</param>
    /// <param name="platform">Of the programs that it runs.</param>
    /// <param name="name">What people are shown while it runs.</param>
    /// <param name="history">What the image's history says of it, or <c>null</c> to say its name.</param>
    public ExecStates Run(ExecOptions options, ImagePlatform platform, string? name = null, string? history = null)
    {
        var assembly = new ExecAssembly();
        var op = new Op { Exec = assembly.Assemble(this, options), Platform = ToWire(platform) };
        var node = new LlbNode(op, assembly.Inputs, assembly.RequiredCapabilities, name) { History = history };
        var states = assembly.Outputs.ToDictionary(o => o.Key, o => new LlbState(node, o.Value), StringComparer.Ordinal);
        var root = states.Remove("/", out var changed) ? changed : this;
        return new ExecStates(root, states);
    }

    /// <summary>This state, made anew in every build. A state made from it earlier is not affected.</summary>
    public LlbState WithoutCache() => Node is null ? this : new LlbState(Node with { IgnoreCache = true }, Output);

    /// <summary>This state, shown as part of a group of steps.</summary>
    /// <param name="id">Of the group.</param>
    /// <param name="name">What people are shown of it.</param>
    /// <param name="weak">The group is not there because of this state alone: where the rest of it is not, neither is it.</param>
    public LlbState InGroup(string id, string name, bool weak = false) =>
        Node is null ? this : new LlbState(Node with { Group = new ProgressGroup { Id = id, Name = name, Weak = weak } }, Output);

    /// <summary>This state, of which something more is said to those who look at the graph.</summary>
    public LlbState WithDescription(string key, string value) =>
        Node is null ? this : new LlbState(Node with { Descriptions = new Dictionary<string, string>(Node.Descriptions) { [key] = value } }, Output);

    /// <summary>This state, made of a place of a text.</summary>
    public LlbState At(SourcePlace place) => Node is null ? this : new LlbState(Node with { Place = place }, Output);

    /// <summary>The trees laid over each other, the last on top. Scratch among them adds nothing; a merge of one is that one.</summary>
    public static LlbState Merge(string? name, params IEnumerable<LlbState> trees)
    {
        var inputs = trees.Where(t => t.Node is not null).ToList();
        if (inputs.Count < 2) return inputs.FirstOrDefault() ?? Scratch;
        var op = new Op { Merge = new MergeOp() };
        for (var i = 0; i < inputs.Count; i++) op.Merge.Inputs.Add(new MergeInput { Input = i });
        return new LlbState(new LlbNode(op, inputs, [Capabilities.Merge], name));
    }

    /// <summary>What <paramref name="upper"/> changes of <paramref name="lower"/>. Against scratch that is all of it.</summary>
    public static LlbState Diff(LlbState lower, LlbState upper, string? name = null)
    {
        if (lower.Node is null) return upper;
        if (lower.IsSame(upper)) return Scratch;
        var inputs = new List<LlbState> { lower };
        var op = new Op { Diff = new DiffOp { Lower = new LowerDiffInput { Input = 0 }, Upper = new UpperDiffInput { Input = OpConstants.Empty } } };
        if (upper.Node is not null) op.Diff.Upper.Input = Add(inputs, upper);
        return new LlbState(new LlbNode(op, inputs, [Capabilities.Diff], name));
    }

    private static LlbState Source(string identifier, IReadOnlyList<string> capabilities, ImagePlatform? platform, string? name, IReadOnlyDictionary<string, string>? attributes = null)
    {
        var op = new Op { Source = new SourceOp { Identifier = identifier } };
        foreach (var (key, value) in attributes ?? new Dictionary<string, string>()) op.Source.Attrs[key] = value;
        if (platform is not null) op.Platform = ToWire(platform);
        return new LlbState(new LlbNode(op, [], platform is null ? capabilities : [.. capabilities, Capabilities.Platform], name));
    }

    private static int Add(List<LlbState> inputs, LlbState state)
    {
        if (IndexOf(inputs, state) is >= 0 and var at) return at;
        inputs.Add(state);
        return inputs.Count - 1;
    }

    internal bool IsSame(LlbState other) => Node?.Digest == other.Node?.Digest && Output == other.Output;

    private static Platform ToWire(ImagePlatform platform) => new()
    {
        OS = platform.Os, Architecture = platform.Architecture, Variant = platform.Variant ?? "", OSVersion = platform.OsVersion ?? "",
    };

    private static int IndexOf(List<LlbState> inputs, LlbState state) => inputs.FindIndex(state.IsSame);
}
