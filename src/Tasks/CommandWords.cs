using System.Text;

namespace MsBuildKit.Tasks;

/// <summary>Splits a command line into words. Single and double quotes keep words together; nothing else means anything, so that <c>$</c>,
/// <c>`</c> and <c>|</c> start nothing and a path of Windows keeps its <c>\</c>.</summary>
internal static class CommandWords
{
    /// <summary>The words, or <c>null</c> when a quote is not closed.</summary>
    public static IReadOnlyList<string>? Split(string text)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        var quote = '\0';
        foreach (var c in text)
            if (quote != '\0' && c == quote) quote = '\0';
            else if (quote == '\0' && c is '\'' or '"') (quote, word) = (c, word ?? new StringBuilder());
            else if (quote != '\0' || !char.IsWhiteSpace(c)) (word ??= new StringBuilder()).Append(c);
            else if (word is not null)
            {
                words.Add(word.ToString());
                word = null;
            }
        if (word is not null) words.Add(word.ToString());
        return quote == '\0' ? words : null;
    }
}
