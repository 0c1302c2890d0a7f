namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>Gathers what is wrong.</summary>
internal sealed class FaultList
{
    private readonly List<DockerfileFault> _faults = [];

    /// <summary>In the order of the text.</summary>
    internal IReadOnlyList<DockerfileFault> Sorted => [.. _faults.OrderBy(f => (f.Range.Line, f.Range.Column))];

    internal void Add(string code, string message, TextRange range) => _faults.Add(new DockerfileFault(code, message, range));

    /// <summary>As much of a text as a message can carry.</summary>
    internal static string Short(string text) => text.Length > 100 ? text[..100] + "..." : text;
}
