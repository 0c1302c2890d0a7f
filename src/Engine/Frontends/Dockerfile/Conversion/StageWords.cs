using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;
using MsBuildKit.Engine.Frontends.Dockerfile.Words;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Puts variables into the words of a Dockerfile.</summary>
internal sealed class StageWords(char escape, ILintSink lint)
{
    private readonly TextBudget _budget = new();
    private readonly WordExpander _words = new(new WordOptions(escape));
    private readonly WordExpander _documents = new(new WordOptions { IgnoreQuotes = true });
    private readonly WordExpander _commands = new(new WordOptions(escape) { KeepQuotes = true, KeepUnknown = true });

    /// <summary>A word, with what it used.</summary>
    public ExpandedText Read(string word, IVariables variables) => Expand(_words, word, variables);

    /// <summary>A word, or <c>null</c> when it cannot be read.</summary>
    public ExpandedText? TryRead(string word, IVariables variables)
    {
        try
        {
            return _words.Expand(word, variables);
        }
        catch (WordException)
        {
            return null;
        }
    }

    /// <summary>A word of an instruction. Variables that the stage does not have are told to who asked.</summary>
    public string Expand(StageNode stage, Instruction instruction, string word)
    {
        var text = Read(word, stage.Variables);
        Report(stage, instruction, text);
        return text.Text;
    }

    /// <summary>Likewise, where there is one.</summary>
    public string? ExpandAny(StageNode stage, Instruction instruction, string? word) => word is null ? null : Expand(stage, instruction, word);

    /// <summary>The words that a text comes to: a variable may hold several.</summary>
    public IReadOnlyList<string> ExpandWords(StageNode stage, string words)
    {
        var found = Guard(() => _words.ExpandWords(words, stage.Variables));
        foreach (var word in found) _budget.Spend(word.Length);
        return found;
    }

    /// <summary>The variables of a stage as a step gets them.</summary>
    public IReadOnlyList<string> Environment(StageNode stage)
    {
        var pairs = stage.Variables.Pairs;
        _budget.Spend(pairs.Sum(p => (long)p.Length));
        return pairs;
    }

    /// <summary>A file that stands in the Dockerfile, in which quotes mean nothing.</summary>
    public string ExpandDocument(StageNode stage, Instruction instruction, string document)
    {
        var text = Expand(_documents, document, stage.Variables);
        Report(stage, instruction, text);
        return text.Text;
    }

    /// <summary>An instruction as people are shown it.</summary>
    public string Show(string text, IVariables variables) => Show(_words, text, variables);

    /// <summary>A command as people are shown it: a shell has yet to read it.</summary>
    public string ShowCommand(string text, IVariables variables) => Show(_commands, text, variables);

    private string Show(WordExpander expander, string text, IVariables variables)
    {
        try
        {
            var shown = expander.Expand(text, variables).Text;
            _budget.Spend(shown.Length);
            return shown;
        }
        catch (WordException)
        {
            return text;
        }
    }

    private ExpandedText Expand(WordExpander expander, string word, IVariables variables)
    {
        var text = Guard(() => expander.Expand(word, variables));
        _budget.Spend(text.Text.Length);
        return text;
    }

    private static T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (WordException e)
        {
            throw new Fault(e.Code, e.Message);
        }
    }

    private void Report(StageNode stage, Instruction instruction, ExpandedText text)
    {
        foreach (var name in text.Unmatched.Where(n => !NonVariables.Contains(n) && stage.Args.All(a => a.Key != n)))
            lint.Warn(LintRules.UndefinedVar, LintMessages.UndefinedVar(name, NearestName.Find(name, stage.Variables.Names)), instruction.Range, instruction);
    }

    /// <summary>Arguments that say what is scanned, and are no variables of steps.</summary>
    public static IReadOnlySet<string> NonVariables { get; } = new HashSet<string>(StringComparer.Ordinal) { "BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE" };
}
