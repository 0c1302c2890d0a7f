using System.Globalization;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Frontends.Project;

/// <summary>Translates steps to operations that run one after the other.</summary>
/// <param name="ground">What they run on.</param>
/// <param name="image">Whose steps they are.</param>
/// <param name="sourceDateEpoch">Seconds that stand for the time of every file; the steps are told.</param>
internal sealed class StepTranslator(ProjectGround ground, ProjectImage image, long sourceDateEpoch)
{
    private const string ScriptFolder = "/run/msbuildkit";
    private const string AgentSocket = "/run/buildkit/ssh_agent.";
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private const uint OwnerOnly = 0b100_000_000, OwnerUses = 0b110_000_000, Anybody = 0b100_100_100, AnybodyUses = 0b110_110_110;

    private readonly IReadOnlyList<string> _shell = ImageConfigEditor.ShellOf(ground.Config);

    /// <summary><paramref name="tree"/> after every step of a stage, in the project's order.</summary>
    public LlbState Run(LlbState tree, StepStage stage) => image.Steps.Where(s => s.Stage == stage).Aggregate(tree, Run);

    private LlbState Run(LlbState tree, ProjectStep step) => tree.Run(
        new ExecOptions
        {
            Args = step.Script is { } script ? [$"{ScriptFolder}/{script.FileName}"] : [.. _shell, step.Command ?? ""],
            Environment = Environment(step),
            WorkingDirectory = step.WorkingDirectory ?? (step.Stage == StepStage.App ? image.Config.WorkingDirectory : "/"),
            User = step.User,
            Network = step.Network switch { StepNetwork.None => NetMode.None, StepNetwork.Host => NetMode.Host, _ => NetMode.Unset },
            Mounts = [.. Mounts(step)],
            SecretEnvironment = [.. step.Secrets.Where(s => s.Variable is not null).OrderBy(s => s.Variable, StringComparer.Ordinal).Select(s => new SecretVariable(s.Variable!, s.Id, !s.Required))],
        },
        image.Platform,
        StepTitle.Of(step),
        StepTitle.History(step, _shell)).Root;

    private List<string> Environment(ProjectStep step)
    {
        var epoch = KeyValuePair.Create("SOURCE_DATE_EPOCH", sourceDateEpoch.ToString(CultureInfo.InvariantCulture));
        var variables = ImageConfigEditor.MergeEnvironment(ground.Config?.Config?.Env ?? [], [epoch, .. step.Environment]);
        if (ImageConfigEditor.FindVariable(variables, "PATH") is null) variables.Insert(0, "PATH=" + DefaultPath);
        if (step.Ssh.Count > 0 && ImageConfigEditor.FindVariable(variables, "SSH_AUTH_SOCK") is null) variables.Add($"SSH_AUTH_SOCK={AgentSocket}0");
        return variables;
    }

    private IEnumerable<ExecMount> Mounts(ProjectStep step)
    {
        if (step.Script is { } script) yield return ExecMount.Bind(ScriptFolder, LlbState.Local(script.Tree.Name, $"read {script.Path}"), readOnly: true);
        foreach (var mount in step.Mounts) yield return Mount(mount);
        var (user, group, isKnown) = Owner(step.User);
        foreach (var secret in step.Secrets.Where(s => s.Target is not null).OrderBy(s => s.Target, StringComparer.Ordinal))
            yield return ExecMount.Secret(secret.Target!, secret.Id, !secret.Required, user, group, isKnown ? OwnerOnly : Anybody);
        for (var i = 0; i < step.Ssh.Count; i++)
            yield return ExecMount.Ssh(AgentSocket + i.ToString(CultureInfo.InvariantCulture), step.Ssh[i], user: user, group: group, mode: isKnown ? OwnerUses : AnybodyUses);
    }

    private ExecMount Mount(StepMount mount) => mount switch
    {
        StepCache cache => ExecMount.Cache(cache.Target, cache.Id, Sharing(cache.Sharing), LlbState.Scratch),
        StepMemory memory => ExecMount.Tmpfs(memory.Target, memory.Size),
        TreeMount tree => Bind(tree.Target, LlbState.Local(tree.Tree.Name, $"read {tree.Tree.Files.Count} files of {tree.Tree.Name}"), tree.Selector, tree.Writable),
        ImageMount other => Bind(other.Target, ground.Contexts[other.Context], other.Selector, other.Writable),
        _ => throw new ArgumentOutOfRangeException(nameof(mount)),
    };

    // The root of a tree needs no selecting.
    private static ExecMount Bind(string target, LlbState from, string selector, bool isWritable) => isWritable
        ? ExecMount.BindDiscarded(target, from, selector == "/" ? "" : selector)
        : ExecMount.Bind(target, from, readOnly: true, selector == "/" ? "" : selector);

    private static CacheSharingOpt Sharing(StepSharing sharing) => sharing switch
    {
        StepSharing.Private => CacheSharingOpt.Private,
        StepSharing.Locked => CacheSharingOpt.Locked,
        _ => CacheSharingOpt.Shared,
    };

    // Who a name is only the image knows, once it is there. Nobody but the step is in its sandbox, so its files may be anybody's.
    private static (uint User, uint Group, bool IsKnown) Owner(string user)
    {
        if (user.Length == 0) return (0, 0, true);
        var parts = user.Split(':');
        return uint.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var uid)
            ? (uid, parts.Length > 1 && uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var gid) ? gid : 0, true)
            : (0, 0, parts[0] == "root");
    }
}
