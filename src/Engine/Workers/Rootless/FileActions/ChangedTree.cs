using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>The tree that an action changes. Nothing is followed here: places come from <see cref="TreePath"/>.</summary>
/// <param name="Files">The tree.</param>
/// <param name="Owner">Who gets what is made; <c>null</c> leaves it to where it comes from, or to root.</param>
/// <param name="Time">When it was made; <c>null</c> leaves that too.</param>
internal sealed record ChangedTree(IWritableTree Files, FileOwner? Owner, FileTime? Time)
{
    private const int SetGroup = 0b010_000_000_000;

    /// <summary>Makes a directory and those above it that are missing; the places of what was made, from the top down.</summary>
    public IReadOnlyList<string> MakeDirectories(string place, int mode)
    {
        var made = new List<string>();
        Files.MakeDirectories(place, path =>
        {
            MakeDirectory(path, mode);
            made.Add(path);
        });
        return made;
    }

    /// <summary>Makes one directory, which nothing may be in the place of.</summary>
    public void MakeDirectory(string place, int mode)
    {
        // The group of a folder that says so is that of what is made in it, and goes on.
        var inherited = Files.Read(RootedTree.ParentOf(place)).Permissions & SetGroup;
        Files.MakeDirectory(place, mode & 0b111_111_111 | inherited);
        Give(place);
        SetTime(place);
    }

    /// <summary>Gives something new to its owner.</summary>
    public void Give(string place)
    {
        var made = Files.Read(place);
        // What the worker makes is its own, which no step has a number for.
        var owner = Owner ?? new FileOwner(StepIds.First, made.Gid == 0 ? StepIds.First : made.Gid);
        Files.SetOwner(place, owner.Uid, owner.Gid);
    }

    /// <summary>Sets the time that all is to have, if there is one.</summary>
    public void SetTime(string place)
    {
        if (Time is { } time) Files.SetModified(place, time.Seconds, time.Nanoseconds);
    }
}
