namespace MsBuildKit.Engine.Frontends.Dockerfile.Words;

/// <summary>Puts variables into words as a shell does: quotes, escapes, <c>$name</c> and <c>${name}</c> with its modifiers.</summary>
/// <remarks>An expansion gives at most 1 MiB of text, nests at most 200 levels and does a bounded amount of work, whatever is asked of it.</remarks>
public sealed class WordExpander(WordOptions options)
{
    /// <summary>The word with its variables put in, not split.</summary>
    /// <exception cref="WordException">It cannot be expanded.</exception>
    public ExpandedText Expand(string word, IVariables variables)
    {
        var reader = new WordReader(word, options, variables);
        var (text, _) = reader.ReadAll();
        return new ExpandedText(text, reader.Matched, reader.Unmatched);
    }

    /// <summary>The words, split at blanks that no quotes hold together; those in a variable's value split too.</summary>
    /// <exception cref="WordException">They cannot be expanded.</exception>
    public IReadOnlyList<string> ExpandWords(string words, IVariables variables) => new WordReader(words, options, variables).ReadAll().Words;
}
