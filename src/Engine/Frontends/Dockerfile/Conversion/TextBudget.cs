namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>How much text one conversion may come to. A variable can be put into others again and again, and every step carries all of them: a few lines
/// could fill any memory.</summary>
internal sealed class TextBudget
{
    internal const int Most = 32 * 1024 * 1024;

    private long _left = Most;

    /// <summary>Pays for characters that are kept.</summary>
    public void Spend(long characters)
    {
        _left -= characters;
        if (_left < 0)
            throw new Fault(FaultCodes.TooMuchText, "What the variables of the Dockerfile come to, put into all its instructions, is more than 32 million characters. Use fewer or shorter values.");
    }
}
