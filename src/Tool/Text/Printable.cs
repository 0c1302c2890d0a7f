namespace MsBuildKit.Tool.Text;

/// <summary>Text that somebody else wrote, made safe for a terminal.</summary>
internal static class Printable
{
    /// <summary>An image could hold sequences that move the cursor or rename the window: control characters are replaced.</summary>
    public static string Text(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '\ufffd' : c));
}
