using System.Runtime.CompilerServices;
using MsBuildKit.Engine.Llb.Patterns;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>Copies one file or directory with all that is in it, as BuildKit's copies do.</summary>
/// <remarks>
/// Directories are merged. A file or link that is in the way of one gives place; what else is in the way does so only where the copy may replace
/// it. The topmost directory keeps its mode and owner when it is there already, those below get the source's. Two names of one file stay so
/// within a copy. A folder that is only passed through to what a pattern includes is made when there is something to put into it. Sockets,
/// which layers do not have, are left out.
/// </remarks>
internal sealed class TreeCopier(IFileTree source, ChangedTree target, FileActionCopy copy)
{
    private static readonly IReadOnlyList<bool> s_nothing = [];

    private readonly PathPatterns? _include = copy.IncludePatterns.Count > 0 ? new(copy.IncludePatterns, FileErrors.BadPattern) : null;
    private readonly PathPatterns? _exclude = copy.ExcludePatterns.Count > 0 ? new(copy.ExcludePatterns, FileErrors.BadPattern) : null;
    private readonly SymbolicMode? _symbolic = copy.ModeStr.Length > 0 ? SymbolicMode.Parse(copy.ModeStr) : null;
    private readonly Dictionary<(ulong, ulong), string> _links = [];
    private readonly List<Passed> _passed = [];
    private readonly HashSet<string> _copied = new(StringComparer.Ordinal);

    /// <summary>The paths of the source that were copied, and of the folders they are in.</summary>
    public IReadOnlySet<string> Copied => _copied;

    /// <summary>Copies what is at a place, a link as a link, to another.</summary>
    public Task CopyAsync(string from, string to, CancellationToken cancellationToken) =>
        CopyAsync(new Step(from, "", to, Describes: false, s_nothing, s_nothing), cancellationToken);

    private async Task CopyAsync(Step step, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // A step may have made more levels than a stack has room for.
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) await Task.Yield();
        var choice = Choose(step);
        if (!choice.IsIncluded && _include is null && _exclude is not { HasExceptions: true }) return;
        var status = source.Read(step.From);
        if (status.IsSocket || (!choice.IsIncluded && !status.IsDirectory)) return;
        var there = target.Files.Find(step.To);
        if (choice.IsIncluded)
        {
            if (copy.AlwaysReplaceExistingDestPaths && there is { } old && !(status.IsDirectory && old.IsDirectory)) target.Files.RemoveTree(step.To);
            MakePassed(step.Describes);
            Remember(step.From);
        }
        if (status.IsDirectory) await CopyDirectoryAsync(step, choice, status, there is not null, cancellationToken).ConfigureAwait(false);
        else await CopyOtherAsync(step, status, cancellationToken).ConfigureAwait(false);
    }

    private Choice Choose(Step step)
    {
        if (step.Below.Length == 0) return new Choice(true, false, s_nothing, s_nothing);
        var (included, includes) = (true, s_nothing);
        if (_include is not null) included = _include.Match(step.Below, step.Includes, out includes);
        var (excluded, excludes) = (false, s_nothing);
        if (_exclude is not null) excluded = _exclude.Match(step.Below, step.Excludes, out excludes);
        return new Choice(included && !excluded, excluded, includes, excludes);
    }

    private async Task CopyDirectoryAsync(Step step, Choice choice, FileStatus status, bool wasThere, CancellationToken cancellationToken)
    {
        var describes = step.Describes && !source.IsImplied(step.From);
        var isNew = choice.IsIncluded && MakeDirectory(step.To, status, describes);
        if (!choice.IsExcluded || _exclude!.HasExceptions)
        {
            _passed.Add(new Passed(step.From, step.To) { IsMade = choice.IsIncluded });
            foreach (var name in source.List(step.From).Order(StringComparer.Ordinal))
            {
                var inside = new Step(TreePath.Join(step.From, name), TreePath.Join(step.Below, name), TreePath.Join(step.To, name), Describes: true, choice.Includes, choice.Excludes);
                await CopyAsync(inside, cancellationToken).ConfigureAwait(false);
            }
            _passed.RemoveAt(_passed.Count - 1);
        }
        // What is in a directory changes its time, so that comes after.
        if (isNew || (choice.IsIncluded && describes)) Describe(step.From, step.To, status);
        else if (!describes && wasThere && !source.IsImplied(step.From)) SetTime(step.To, status);
    }

    private async Task CopyOtherAsync(Step step, FileStatus status, CancellationToken cancellationToken)
    {
        if (target.Files.Find(step.To) is { } old)
        {
            if (old.IsDirectory) throw FileErrors.InTheWayOfCopy(step.To, "is a directory, and something else is to be copied there");
            target.Files.RemoveTree(step.To);
        }
        if (status.IsFile && status.Links > 1 && !_links.TryAdd((status.Device, status.Inode), step.To)) target.Files.MakeLink(step.To, _links[(status.Device, status.Inode)]);
        else if (status.IsFile) await target.Files.WriteFileAsync(step.To, source.Content(step.From, status.Size), cancellationToken).ConfigureAwait(false);
        else if (status.IsLink) target.Files.MakeSymlink(step.To, source.ReadLink(step.From));
        else if ((status.Mode & Kernel.TypeMask) == Kernel.Fifo) target.Files.MakeFifo(step.To);
        else throw FileErrors.Device(step.From);
        Describe(step.From, step.To, status);
    }

    // Folders above something included that are not included themselves.
    private void MakePassed(bool describes)
    {
        foreach (var passed in _passed.Where(p => !p.IsMade))
        {
            var status = source.Read(passed.From);
            if (MakeDirectory(passed.To, status, describes && !source.IsImplied(passed.From))) Describe(passed.From, passed.To, status);
            Remember(passed.From);
            passed.IsMade = true;
        }
    }

    // True when it was not there.
    private bool MakeDirectory(string place, FileStatus status, bool describes)
    {
        var there = target.Files.Find(place);
        if (there is { IsDirectory: false }) throw FileErrors.InTheWayOfCopy(place, "is no directory, and one is to be copied there");
        if (there is null) target.Files.MakeDirectory(place, status.Permissions);
        else if (describes) target.Files.SetMode(place, status.Permissions);
        return there is null;
    }

    // The order matters: another owner takes setuid bits and capabilities away.
    private void Describe(string from, string to, FileStatus status)
    {
        var owner = target.Owner ?? new FileOwner(Math.Max(status.Uid, StepIds.First), Math.Max(status.Gid, StepIds.First));
        var stated = source.StatedOwner(from);
        target.Files.SetOwner(to, stated.Uid ?? owner.Uid, stated.Gid ?? owner.Gid);
        if (!status.IsLink) target.Files.SetMode(to, ModeOf(status));
        foreach (var (name, value) in source.ReadXattrs(from).Where(x => ExtendedAttributes.IsShared(x.Key))) target.Files.TrySetXattr(to, name, value);
        SetTime(to, status);
        if (status.IsDirectory && source.IsImplied(from)) target.Files.Imply(to);
    }

    private int ModeOf(FileStatus status)
    {
        if (_symbolic is not null) return _symbolic.Apply(status.Permissions, status.IsDirectory);
        return copy.Mode == -1 ? status.Permissions : copy.Mode & 0b111_111_111_111;
    }

    private void SetTime(string place, FileStatus status)
    {
        var time = target.Time ?? new FileTime(status.ModifiedSeconds, status.ModifiedNanoseconds);
        target.Files.SetModified(place, time.Seconds, time.Nanoseconds);
    }

    private void Remember(string place)
    {
        if (copy.RequiredPaths.Count > 0) _copied.Add("/" + place);
    }

    private sealed record Step(string From, string Below, string To, bool Describes, IReadOnlyList<bool> Includes, IReadOnlyList<bool> Excludes);

    private readonly record struct Choice(bool IsIncluded, bool IsExcluded, IReadOnlyList<bool> Includes, IReadOnlyList<bool> Excludes);

    private sealed record Passed(string From, string To)
    {
        public bool IsMade { get; set; }
    }
}
