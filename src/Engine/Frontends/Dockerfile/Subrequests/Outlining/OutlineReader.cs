using System.Globalization;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Frontends.Dockerfile.Words;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Subrequests.Outlining;

/// <summary>Reads what a target can be given of the text alone: no image is looked at, so that its variables are empty.</summary>
internal sealed class OutlineReader(ParsedDockerfile file, DockerfileRequest request)
{
    /// <summary>The code of a target that is not there.</summary>
    public const string NoTarget = "MBK1963";

    private readonly WordExpander _words = new(new WordOptions(file.Directives.Escape));
    private readonly Dictionary<string, OutlineArg> _globalArgs = new(StringComparer.Ordinal);
    private readonly List<OutlineStage> _stages = [];
    private Variables _globals = GlobalArgs.Predefined(file, request, request.Platforms[0]);

    /// <summary>The outline of the target that is asked for.</summary>
    /// <exception cref="DockerfileException">There is no such target.</exception>
    public Outline Read()
    {
        var target = FindTarget();
        foreach (var instruction in file.GlobalArgs)
            foreach (var arg in instruction.Args)
                DeclareGlobal(instruction, arg);
        for (var i = 0; i <= target; i++) _stages.Add(ReadStage(file.Stages[i]));
        return Gather(file.Stages[target].From, WithParts(_stages[target]));
    }

    private int FindTarget()
    {
        if (request.Target is not { Length: > 0 } name) return file.Stages.Count - 1;
        return FindStage(name, file.Stages.Count) ?? throw new DockerfileException(file.File, [new DockerfileFault(
            NoTarget,
            $"There is no stage '{name}'{NearestName.Suggest(name, file.Stages.Select(s => s.From.StageName).OfType<string>(), ignoreCase: true)}: name one of the Dockerfile's.",
            default)]);
    }

    private int? FindStage(string name, int count) =>
        FindNamed(name, count) ?? (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < count ? number : null);

    // The last of a name counts, as far as the Dockerfile is read.
    private int? FindNamed(string name, int count)
    {
        for (var i = count - 1; i >= 0; i--)
            if (string.Equals(file.Stages[i].From.StageName, name, StringComparison.OrdinalIgnoreCase)) return i;
        return null;
    }

    private void DeclareGlobal(ArgInstruction instruction, ArgDeclaration arg)
    {
        var expanded = arg.Value is null ? null : Expand(arg.Value, _globals);
        var value = request.BuildArgs.GetValueOrDefault(arg.Key) ?? expanded?.Text;
        if (value is not null) _globals = _globals.With(arg.Key, value);
        _globalArgs[arg.Key] = new OutlineArg(arg.Key, value, Descriptions.Of(instruction, arg.Key), expanded?.Matched ?? [], instruction.Range);
    }

    private OutlineStage ReadStage(Stage stage)
    {
        var image = Expand(stage.From.Image, _globals);
        var platform = Expand(stage.From.Platform ?? "", _globals);
        var from = Part(image.Text, FindNamed);
        var read = new OutlineStage { Variables = from?.Variables ?? Variables.None, Args = new(_globalArgs, StringComparer.Ordinal) };
        if (from is not null) read.Parts.Add(from);
        read.Used.UnionWith(image.Matched.Concat(platform.Matched));
        // A context of the caller's stands in for the whole stage.
        if (stage.From.StageName is { } name && request.NamedContexts.ContainsKey(name.ToLowerInvariant())) return read;
        foreach (var instruction in stage.Instructions) ReadInstruction(instruction, read);
        return read;
    }

    private OutlineStage? Part(string? name) => Part(name, FindStage);

    private OutlineStage? Part(string? name, Func<string, int, int?> find) =>
        name is { Length: > 0 } && !request.NamedContexts.ContainsKey(name.ToLowerInvariant()) && find(name, _stages.Count) is { } number ? _stages[number] : null;

    private void ReadInstruction(Instruction instruction, OutlineStage stage)
    {
        switch (instruction)
        {
            case ArgInstruction arg:
                foreach (var declaration in arg.Args) Declare(arg, declaration, stage);
                break;
            case EnvInstruction env:
                var before = stage.Variables;
                foreach (var pair in env.Pairs) stage.Variables = stage.Variables.With(Expand(pair.Key, before).Text, Expand(pair.Value, before).Text);
                break;
            case CopyInstruction { From: { } from } when Part(Expand(from, stage.Variables).Text) is { } part:
                stage.Parts.Add(part);
                break;
            case RunInstruction run:
                foreach (var mount in run.Mounts) ReadMount(mount, run, stage);
                break;
        }
    }

    private void Declare(ArgInstruction instruction, ArgDeclaration arg, OutlineStage stage)
    {
        stage.Used.Add(arg.Key);
        var given = request.BuildArgs.GetValueOrDefault(arg.Key);
        // Without a value of its own the argument is the one that stands before the first stage.
        if (given is null && arg.Value is null && _globals.Find(arg.Key) is { } inherited)
        {
            stage.Variables = stage.Variables.With(arg.Key, inherited);
            return;
        }
        var value = given ?? (arg.Value is null ? null : Expand(arg.Value, stage.Variables).Text);
        if (value is not null) stage.Variables = stage.Variables.With(arg.Key, value);
        stage.Args[arg.Key] = new OutlineArg(arg.Key, value, Descriptions.Of(instruction, arg.Key), [], instruction.Range);
    }

    private void ReadMount(string text, RunInstruction run, OutlineStage stage)
    {
        if (MountFlag.TryParse(text, value => Expand(value, stage.Variables).Text, out _) is not { } mount) return;
        if (Part(mount.From) is { } part) stage.Parts.Add(part);
        var (mounts, id) = mount.Kind switch
        {
            MountKind.Secret => (stage.Secrets, First(mount.Source, mount.Id, LastPart(mount.Target))),
            MountKind.Ssh => (stage.Ssh, First(mount.Id, "default")),
            MountKind.Cache => (stage.Caches, First(mount.Id, mount.Target)),
            _ => (null, ""),
        };
        if (id.Length > 0) mounts?.TryAdd(id, new OutlineMount(id, mount.Required, run.Range));
    }

    private static string First(params string?[] texts) => texts.FirstOrDefault(t => !string.IsNullOrEmpty(t)) ?? "";

    private static string? LastPart(string? path) => path?.TrimEnd('/') is { } trimmed ? trimmed[(trimmed.LastIndexOf('/') + 1)..] : null;

    // What cannot be expanded is shown as it is written: the build will say what is wrong.
    private ExpandedText Expand(string text, Variables variables)
    {
        try
        {
            return _words.Expand(text, variables);
        }
        catch (WordException)
        {
            return new ExpandedText(text, [], []);
        }
    }

    // Nearer stages first.
    private static List<OutlineStage> WithParts(OutlineStage target)
    {
        var found = new List<OutlineStage>();
        var open = new Stack<OutlineStage>([target]);
        while (open.TryPop(out var stage))
        {
            if (found.Contains(stage, ReferenceEqualityComparer.Instance)) continue;
            found.Add(stage);
            foreach (var part in Enumerable.Reverse(stage.Parts)) open.Push(part);
        }
        return found;
    }

    private static Outline Gather(FromInstruction from, IReadOnlyList<OutlineStage> stages)
    {
        var name = from.StageName?.ToLowerInvariant() ?? "";
        return new Outline
        {
            Name = name, Description = Descriptions.Of(from, name),
            Args = [.. stages.SelectMany(s => s.UsedArgs()).DistinctBy(a => a.Name).OrderBy(a => a.Range.Line)],
            Secrets = InOrder(stages.SelectMany(s => s.Secrets.Values)), Ssh = InOrder(stages.SelectMany(s => s.Ssh.Values)),
            Caches = InOrder(stages.SelectMany(s => s.Caches.Values)),
        };
    }

    private static IReadOnlyList<OutlineMount> InOrder(IEnumerable<OutlineMount> mounts) => [.. mounts.DistinctBy(m => m.Id).OrderBy(m => m.Range.Line)];
}
