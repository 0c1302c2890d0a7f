using System.Collections.Concurrent;
using System.Globalization;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>What all stages of one platform's conversion share: what was asked for, and what is gathered on the way.</summary>
internal sealed class ConversionScope
{
    /// <summary>The argument that says which time stands for every one.</summary>
    public const string EpochArg = "SOURCE_DATE_EPOCH";
    private const long LastSecond = 253402300799;

    private readonly List<DockerfileFault> _faults = [];
    private readonly SourceText _text;

    public ConversionScope(ParsedDockerfile file, DockerfileRequest request, Platform platform, ILintSink lint)
    {
        (File, Request, Platform, Lint) = (file, request, platform, lint);
        _text = new SourceText(request.File, "Dockerfile", request.Text);
        Words = new StageWords(file.Directives.Escape, lint);
        Contexts = new NamedContexts(request.NamedContexts);
        Globals = GlobalArgs.Of(this);
        Try(new TextRange(1, 1, 1, 1), () => Epoch = ReadEpoch());
        Time = ImageDraft.Time(Epoch);
    }

    public ParsedDockerfile File { get; }

    public DockerfileRequest Request { get; }

    /// <summary>What is built for.</summary>
    public Platform Platform { get; }

    public ILintSink Lint { get; }

    public StageWords Words { get; }

    public NamedContexts Contexts { get; }

    /// <summary>Names of steps begin with their platform.</summary>
    public bool ShowsPlatforms => Request.Platforms.Count > 1 || Request.IsMultiPlatform || GoBoolean.Parse(Arg("BUILDKIT_MULTI_PLATFORM")) is true;

    /// <summary>Stands before the names of caches.</summary>
    public string CacheNamespace => Arg("BUILDKIT_CACHE_MOUNT_NS");

    public string Hostname => Arg("BUILDKIT_SANDBOX_HOSTNAME") is { Length: > 0 } name ? name : Request.Hostname ?? "";

    public bool KeepsGitDirectory => GoBoolean.Parse(Arg("BUILDKIT_CONTEXT_KEEP_GIT_DIR")) is true;

    /// <summary>The caller says which time stands for every one.</summary>
    public bool HasEpochArg => Arg(EpochArg).Length > 0;

    /// <summary>The time of what the graph itself makes, in nanoseconds since 1970: only one that was asked for in so many words is part of the graph,
    /// else it is -1, and the builder sees to it.</summary>
    public long Timestamp => AskedEpoch is { } epoch ? epoch * 1_000_000_000 : -1;

    /// <summary>Proxies of the arguments, which steps get without having asked for them; or <c>null</c>.</summary>
    public ProxyEnv? Proxy => ProxyArgs.Find(Request.BuildArgs);

    public GlobalArgs Globals { get; }

    /// <summary>Seconds that stand for every time.</summary>
    public long Epoch { get; private set; }

    /// <summary>The same, when it was asked for; <c>null</c> when nothing was said.</summary>
    public long? AskedEpoch => string.IsNullOrEmpty(EpochText) ? null : Epoch;

    /// <summary>What that argument says, be it a time or where to find one; <c>null</c> or empty when nothing was said.</summary>
    public string? EpochText => Request.BuildArgs.GetValueOrDefault(EpochArg) ?? Globals.Variables.Find(EpochArg);

    /// <summary>The epoch as images write it.</summary>
    public string Time { get; }

    /// <summary>Where the instruction of a vertex stands, by the vertex's name.</summary>
    public ConcurrentDictionary<string, TextRange> Steps { get; } = new(StringComparer.Ordinal);

    /// <summary>What is wrong, in the order of the text.</summary>
    public IReadOnlyList<DockerfileFault> Faults => [.. _faults.Distinct().OrderBy(f => f.Range.Line).ThenBy(f => f.Range.Column)];

    /// <summary>The name of a stage's next step, which is remembered with its place.</summary>
    public string Name(StageNode stage, Instruction instruction, string text) => Remember(StepNames.Next(stage, text, this, stage.Variables), stage, instruction);

    /// <summary>The name of another vertex of the same step.</summary>
    public string NameAlso(StageNode stage, Instruction instruction, string text) => Remember(StepNames.Same(stage, text, this, stage.Variables), stage, instruction);

    /// <summary>Where an instruction of a stage stands, for those who look at the graph. That of a trigger is the stage's.</summary>
    public SourcePlace Place(StageNode stage, Instruction instruction) => Place(stage.IsTrigger ? stage.Range : instruction.Range);

    public SourcePlace Place(TextRange range) => new(_text, range.Line, range.EndLine);

    public void Add(DockerfileFault fault)
    {
        lock (_faults) _faults.Add(fault);
    }

    /// <summary>Does something and gathers its fault.</summary>
    public void Try(TextRange place, Action action)
    {
        try
        {
            action();
        }
        catch (Fault fault)
        {
            Add(fault.At(place));
        }
    }

    public void ThrowFaults()
    {
        if (Faults is { Count: > 0 } faults) throw new DockerfileException(File.File, faults);
    }

    private string Remember(string name, StageNode stage, Instruction instruction)
    {
        Steps[name] = stage.IsTrigger ? stage.Range : instruction.Range;
        return name;
    }

    private string Arg(string name) => Request.BuildArgs.GetValueOrDefault(name, "");

    private long ReadEpoch()
    {
        var text = EpochText;
        if (string.IsNullOrEmpty(text)) return Request.SourceDateEpoch;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var epoch) && epoch is >= 0 and <= LastSecond
            ? epoch
            : throw new Fault(FaultCodes.BadEpoch, $"invalid {EpochArg}: {text} is not a time. Give it the seconds since 1970, such as '1700000000'.");
    }
}
