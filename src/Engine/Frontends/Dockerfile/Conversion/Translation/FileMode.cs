using System.Text.RegularExpressions;
using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion.Translation;

/// <summary>The modes of <c>--chmod</c>: octal, or as <c>chmod</c> reads them.</summary>
internal static partial class FileMode
{
    private const int Most = 0b111_111_111_111;

    public static CopyOptions Set(CopyOptions options, string? mode)
    {
        if (mode is null) return options;
        if (Symbolic().IsMatch(mode)) return options with { ModeText = mode };
        return mode.All(c => c is >= '0' and <= '7') && mode.Length <= 8 && Convert.ToInt32(mode, 8) is <= Most and var bits
            ? options with { Mode = bits }
            : throw new Fault(FaultCodes.BadCopy, $"'--chmod={mode}' is not a mode. Write it in octal up to '07777', such as '0644', or as chmod takes it, such as 'u=rwX,go=rX'.");
    }

    [GeneratedRegex("^[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+(?:,[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+)*$")]
    private static partial Regex Symbolic();
}
