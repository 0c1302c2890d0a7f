using System.Text;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Words;

/// <summary>Gathers a text and the words that it splits into.</summary>
internal sealed class WordList(WorkLimit limit)
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _word = new();
    private readonly List<string> _words = [];

    internal string Text => _text.ToString();

    /// <summary>Blanks in it end words.</summary>
    internal void Add(string text)
    {
        Count(text.Length);
        _text.Append(text);
        foreach (var c in text) AddToWord(c);
    }

    internal void Add(char c)
    {
        Count(1);
        _text.Append(c);
        AddToWord(c);
    }

    /// <summary>Blanks in it belong to the word.</summary>
    internal void AddLiteral(string text)
    {
        Count(text.Length);
        _text.Append(text);
        _word.Append(text);
    }

    internal void AddLiteral(char c)
    {
        Count(1);
        _text.Append(c);
        _word.Append(c);
    }

    /// <summary>The words so far.</summary>
    internal IReadOnlyList<string> Finish()
    {
        EndWord();
        return _words;
    }

    private void AddToWord(char c)
    {
        if (char.IsWhiteSpace(c)) EndWord();
        else _word.Append(c);
    }

    private void EndWord()
    {
        if (_word.Length == 0) return;
        _words.Add(_word.ToString());
        _word.Clear();
    }

    private void Count(int added)
    {
        limit.Spend(added);
        WorkLimit.CheckLength(_text.Length + added);
    }
}
