using System.Globalization;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Google.Protobuf;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>The files of steps that failed: <c>failed-steps/ID</c> of a store, until they are removed or collected.</summary>
/// <remarks>
/// <c>fs</c> is what the step wrote on top of its image, <c>record</c> the step as the worker was told it, without secrets and agents, and
/// <c>lock</c> is locked by who is in there. The same step that fails again takes the place of its last time. The image below is kept by
/// nobody: when it was collected, the step has to be built again.
/// </remarks>
/// <param name="store">The absolute path of the store.</param>
public sealed class FailedSteps(string store)
{
    private const string RecordName = "record";
    private const int NameLength = 8;

    private readonly string _root = Path.Combine(store, StoreTrees.Failed);

    /// <summary>What is kept, the newest first.</summary>
    public IReadOnlyList<FailedStepEntry> List() => Directory.Exists(_root)
        ? [.. Directory.EnumerateDirectories(_root).Select(f => Path.GetFileName(f)).Select(Find).OfType<FailedStepEntry>().OrderByDescending(e => e.Failed)]
        : [];

    /// <summary>Throws MBK2020 when there is no such step.</summary>
    public FailedStepEntry Get(string id) => Find(id) ?? throw new WorkerException(WorkerException.NoFailedStep, ErrorKind.NotFound,
        $"The store '{store}' keeps no failed step '{id}'. See 'msbuildkit debug list', name another with --store, or build again with ContainerKeepFailed set to true.");

    /// <summary>Removes one. Throws MBK2020 when it is not there or somebody is in it. Only root of a namespace with the ids of images can.</summary>
    public void Remove(string id)
    {
        _ = Get(id);
        if (!TryRemove(id)) throw InUse(id);
    }

    /// <summary>Opens one for its caller alone. Throws MBK2020.</summary>
    [SupportedOSPlatform("linux")]
    internal FailedStep Open(string id)
    {
        _ = Get(id);
        var held = NamedLock.TryTake(Path.Combine(_root, id, StoreTrees.LockName), FileMode.Open) ?? throw InUse(id);
        _ = Kernel.utimensat(Kernel.CurrentDirectory, Path.Combine(_root, id, StoreTrees.LockName), null, Kernel.NoFollow);
        return new FailedStep(Path.Combine(_root, id), Read(id)!, held);
    }

    /// <summary>Keeps what a step wrote, unmounted; <c>null</c> when that cannot be. The draft is used up.</summary>
    [SupportedOSPlatform("linux")]
    internal string? TryKeep(SnapshotDraft? draft, RunStep step)
    {
        if (draft is null) return null;
        var record = step.Clone();
        record.Secrets.Clear();
        record.SshAgents.Clear();
        record.Snapshotter = draft.Snapshotter.Name;
        var bytes = record.ToByteArray();
        try
        {
            PrivateFolder.Create(_root);
            using (var folder = RootedTree.Open(draft.Folder))
            {
                folder.RemoveTree(SnapshotStore.WorkName);
                folder.RemoveTree(SnapshotStore.TargetName);
            }
            File.WriteAllBytes(Path.Combine(draft.Folder, StoreTrees.LockName), []);
            if (!SealedFile.TryWrite(Path.Combine(draft.Folder, RecordName), bytes)) return null;
            var id = FreeName(Convert.ToHexStringLower(SHA256.HashData(bytes))[..NameLength]);
            Directory.Move(draft.Folder, Path.Combine(_root, id));
            return id;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SnapshotException)
        {
            return null;
        }
    }

    /// <summary>The failure, and how to look at what it left.</summary>
    internal WorkerException Explain(WorkerException failure, string id) =>
        new(failure.Code, failure.Kind, $"{failure.Message.TrimEnd('.')}. Its files are kept: 'msbuildkit debug enter {id} --store {store}' opens a shell among them.", failure) { Failure = failure.Failure };

    private string FreeName(string name)
    {
        for (var number = 1; ; number++)
        {
            var id = number == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");
            if (!Directory.Exists(Path.Combine(_root, id)) || TryRemove(id)) return id;
        }
    }

    private FailedStepEntry? Find(string id) => Read(id) is { } step ? new FailedStepEntry(id, step.Name, File.GetLastWriteTimeUtc(Path.Combine(_root, id, StoreTrees.LockName))) : null;

    private RunStep? Read(string id)
    {
        // It comes from a command line.
        if (id.Length == 0 || !id.All(c => char.IsAsciiHexDigitLower(c) || c == '-')) return null;
        try
        {
            return SealedFile.TryRead(Path.Combine(_root, id, RecordName), out var bytes) && bytes is not null ? RunStep.Parser.ParseFrom(bytes) : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private bool TryRemove(string id)
    {
        var folder = Path.Combine(_root, id);
        return StoreTrees.TryRemove(store, new StoredTree(CollectedKind.Failed, new StoredFile(folder, 0, default), 0, Path.Combine(folder, StoreTrees.LockName)));
    }

    private WorkerException InUse(string id) => new(WorkerException.NoFailedStep, ErrorKind.FailedPrecondition, $"Somebody is in the failed step '{id}'. Try again when they have left.");
}
