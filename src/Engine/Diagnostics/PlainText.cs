namespace MsBuildKit.Engine.Diagnostics;

/// <summary>Text for people that may quote what somebody else wrote: names in a hostile image could end the line and start one of their own in
/// a log, move a terminal's cursor, or never end.</summary>
public static class PlainText
{
    private const int Longest = 4000;

    /// <summary>The text on one line, of bounded length.</summary>
    public static string Of(string text)
    {
        if (text.Length > Longest) text = string.Concat(text.AsSpan(0, Longest - 500), " ... ", text.AsSpan(text.Length - 400));
        return text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '\ufffd' : c)) : text;
    }
}
