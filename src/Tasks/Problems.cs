using Microsoft.Build.Framework;

namespace MsBuildKit.Tasks;

/// <summary>All faults of a project, gathered so that they can be told at once.</summary>
public sealed class Problems
{
    private readonly List<(Problem Problem, string? File)> _found = [];
    private readonly HashSet<(Problem Problem, string? File)> _told = [];

    public IReadOnlyList<(Problem Problem, string? File)> Found => _found;

    public bool Any => _found.Count > 0;

    /// <summary>Notes a fault, once: what several runtime identifiers share is read for each. <paramref name="item"/> tells where it was
    /// written.</summary>
    public void Add(string code, string subject, string text, ITaskItem? item = null)
    {
        var found = (new Problem(code, subject, $"{subject}: {text}"), Problem.FileOf(item));
        if (_told.Add(found)) _found.Add(found);
    }
}
