using System.Text;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Puts <c>***</c> in the place of secrets in a stream, wherever its pieces end.</summary>
/// <remarks>What may be the beginning of a secret is held back until it shows whether it is; all else goes on at once.</remarks>
internal sealed class SecretMask(SecretPatterns patterns)
{
    private const string Cover = "***";

    private string _held = "";

    /// <summary>The next bytes that may show.</summary>
    public ReadOnlyMemory<byte> Add(ReadOnlySpan<byte> bytes)
    {
        var text = _held + Encoding.Latin1.GetString(bytes);
        return Show(text, FindBeginning(text));
    }

    /// <summary>What is left at the end of the stream.</summary>
    public ReadOnlyMemory<byte> Complete() => Show(_held, _held.Length);

    // Nothing from 'held' on may show yet.
    private ReadOnlyMemory<byte> Show(string text, int held)
    {
        var shown = new StringBuilder();
        var at = 0;
        while (patterns.Find(text.AsSpan(at)) is >= 0 and var next && at + next < held)
        {
            var begin = at + next;
            var end = EndOf(text, begin);
            // A second one may begin inside of the first and go on after it.
            if (held < end)
            {
                held = begin;
                break;
            }
            shown.Append(text, at, next).Append(Cover);
            at = end;
        }
        shown.Append(text, at, held - at);
        _held = text[held..];
        return Encoding.Latin1.GetBytes(shown.ToString());
    }

    private int EndOf(string text, int begin)
    {
        var end = begin + 1;
        for (var i = begin; i < end; i++) end = Math.Max(end, i + patterns.LengthAt(text.AsSpan(i)));
        return end;
    }

    private int FindBeginning(string text)
    {
        for (var i = Math.Max(0, text.Length - patterns.Longest + 1); i < text.Length; i++)
            if (patterns.Begins(text.AsSpan(i)))
                return i;
        return text.Length;
    }
}
