using System.Globalization;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion.Translation;

/// <summary>The <c>--mount</c>s of a <c>RUN</c>.</summary>
internal sealed class RunMounts(ConversionScope scope, LlbState context, ContextPaths paths)
{
    private const string SecretFolder = "/run/secrets/";
    private const string AgentSocket = "/run/buildkit/ssh_agent.";
    private const string CacheFolder = "/cache";
    private const int CacheMode = 0b111_101_101;
    private const uint SecretMode = 0b100_000_000, SocketMode = 0b110_000_000;

    public MountedThings Read(StageNode stage, RunInstruction instruction, IReadOnlyList<StageNode?> sources)
    {
        var (mounts, secrets, sockets) = (new List<ExecMount>(), new List<SecretVariable>(), 0);
        for (var i = 0; i < instruction.Mounts.Count; i++)
        {
            var flag = Parse(stage, instruction, instruction.Mounts[i]);
            if (flag.Kind == MountKind.Secret) AddSecret(flag, mounts, secrets);
            else if (flag.Kind == MountKind.Ssh) mounts.Add(Socket(flag, sockets++));
            else mounts.Add(Tree(stage, flag, sources[i]!));
        }
        return new MountedThings(mounts, secrets);
    }

    private MountFlag Parse(StageNode stage, RunInstruction instruction, string text) =>
        MountFlag.TryParse(text, word => scope.Words.Expand(stage, instruction, word), out var error) ?? throw new Fault(FaultCodes.BadMount, error!);

    private static void AddSecret(MountFlag flag, List<ExecMount> mounts, List<SecretVariable> secrets)
    {
        var id = flag.Source is { Length: > 0 } source ? source : flag.Id is { Length: > 0 } named ? named : UnixPath.Base(flag.Target ?? "");
        var target = flag.Target is { Length: > 0 } path ? path : null;
        if (flag.Variable is { } variable) secrets.Add(new SecretVariable(variable, id, !flag.Required));
        else target ??= SecretFolder + UnixPath.Base(id);
        if (target is not null)
            mounts.Add(ExecMount.Secret(target, id, !flag.Required, flag.Uid ?? 0, flag.Gid ?? 0, (uint?)flag.Mode ?? SecretMode));
    }

    private static ExecMount Socket(MountFlag flag, int number)
    {
        if (flag.Source is { Length: > 0 }) throw new Fault(FaultCodes.BadMount, "A mount of type 'ssh' has a 'source', which it cannot have. Name the keys with 'id'.");
        var target = flag.Target is { Length: > 0 } path ? path : AgentSocket + number.ToString(CultureInfo.InvariantCulture);
        return ExecMount.Ssh(target, flag.Id ?? "", !flag.Required, flag.Uid ?? 0, flag.Gid ?? 0, (uint?)flag.Mode ?? SocketMode);
    }

    private ExecMount Tree(StageNode stage, MountFlag flag, StageNode node)
    {
        var isOfContext = string.IsNullOrEmpty(flag.From) && flag.Kind != MountKind.Cache;
        if (!isOfContext && !node.IsDone)
            throw new Fault(FaultCodes.UnknownStage, $"The stage '{flag.From}' is mounted before it is built. Move it above this stage.");
        var tree = flag.Kind == MountKind.Tmpfs ? LlbState.Scratch : isOfContext ? context : node.Tree;
        if (isOfContext) paths.Add(flag.Source ?? "");
        else node.UsedPaths.Add(UnixPath.Join("/", flag.Source ?? ""));
        var selector = UnixPath.Join("/", flag.Source ?? "") is var path && path != "/" ? path : "";
        if (selector.Length == 0 && (flag.Uid ?? flag.Gid ?? (object?)flag.Mode) is not null) (tree, selector) = (Owned(tree, flag), CacheFolder);
        return Mount(flag, Target(stage, flag), tree, selector);
    }

    private ExecMount Mount(MountFlag flag, string target, LlbState tree, string selector) => flag.Kind switch
    {
        MountKind.Cache when flag.ReadOnly is true => Cache(flag, target, tree, selector).AsReadOnly(),
        MountKind.Cache => Cache(flag, target, tree, selector),
        MountKind.Tmpfs when flag.ReadOnly is true => ExecMount.Tmpfs(target, flag.Size ?? 0).AsReadOnly(),
        MountKind.Tmpfs => ExecMount.Tmpfs(target, flag.Size ?? 0),
        _ when flag.ReadOnly is false => ExecMount.BindDiscarded(target, tree, selector),
        _ => ExecMount.Bind(target, tree, readOnly: true, selector),
    };

    private ExecMount Cache(MountFlag flag, string target, LlbState tree, string selector)
    {
        var id = flag.Id is { Length: > 0 } named ? named : UnixPath.Clean(flag.Target ?? "");
        return ExecMount.Cache(target, $"{scope.CacheNamespace}/{id}", Sharing(flag), tree, selector);
    }

    private static LlbState Owned(LlbState tree, MountFlag flag)
    {
        var folder = FileStep.MakeDirectory(CacheFolder, (flag.Mode ?? CacheMode) & 0b111_111_111);
        var owned = folder.OwnedBy((flag.Uid ?? 0).ToString(CultureInfo.InvariantCulture), (flag.Gid ?? 0).ToString(CultureInfo.InvariantCulture));
        return tree.File("[internal] setting cache mount permissions", owned);
    }

    private static string Target(StageNode stage, MountFlag flag)
    {
        var written = flag.Target ?? "";
        var target = UnixPath.IsAbsolute(UnixPath.Clean(written)) ? written : UnixPath.Join("/", stage.WorkingDirectory, written);
        return target == "/" ? throw new Fault(FaultCodes.BadMount, "A mount has the whole tree as its target. Give it a folder with 'target'.") : target;
    }

    private static CacheSharingOpt Sharing(MountFlag flag) => flag.Sharing switch
    {
        MountSharing.Private => CacheSharingOpt.Private,
        MountSharing.Locked => CacheSharingOpt.Locked,
        _ => CacheSharingOpt.Shared,
    };
}

/// <summary>What a command gets besides its tree.</summary>
internal sealed record MountedThings(IReadOnlyList<ExecMount> Mounts, IReadOnlyList<SecretVariable> Secrets);
