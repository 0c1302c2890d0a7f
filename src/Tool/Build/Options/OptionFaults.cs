namespace MsBuildKit.Tool.Build.Options;

/// <summary>What is wrong with a command line: all of it is told at once.</summary>
internal sealed class OptionFaults
{
    private readonly List<string> _texts = [];

    public IReadOnlyList<string> Texts => _texts;

    /// <summary>Adds a fault.</summary>
    /// <param name="option">Whose it is.</param>
    /// <param name="text">What, which, what to do next.</param>
    public void Add(string option, string text) => _texts.Add($"{option}: {text}");
}
