using System.Security;
using System.Text;
using System.Text.Json;

namespace MsBuildKit.TestKit.Secrets;

/// <summary>The forms that programs give to bytes on their way into files and logs.</summary>
public static class SecretForms
{
    /// <summary>Each form with its name; a form that is the same as one before is left out.</summary>
    public static IReadOnlyList<(string Form, byte[] Bytes)> Of(byte[] value)
    {
        var text = ToText(value);
        var forms = new List<(string Form, byte[] Bytes)>
        {
            ("as it is", value),
            ("UTF-16", Encoding.Unicode.GetBytes(text)),
            ("hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(value))),
            ("upper hex", Encoding.ASCII.GetBytes(Convert.ToHexString(value))),
            ("URL-encoded", Encoding.ASCII.GetBytes(Percent(value, char.IsAsciiLetterOrDigit, "-_.~"))),
            ("URL-encoded in lower case", Encoding.ASCII.GetBytes(Percent(value, char.IsAsciiLetterOrDigit, "-_.~").ToLowerInvariant())),
            ("JSON", JsonEncodedText.Encode(text).EncodedUtf8Bytes.ToArray()),
            ("XML", Encoding.UTF8.GetBytes(SecurityElement.Escape(text))),
            ("escaped by MSBuild", Encoding.UTF8.GetBytes(string.Concat(text.Select(c => "%*?@$();'".Contains(c, StringComparison.Ordinal) ? $"%{(int)c:x2}" : $"{c}")))),
            ("reversed", [.. value.Reverse()]),
        };
        foreach (var shift in new[] { 0, 1, 2 })
        {
            var base64 = Base64(value, shift);
            forms.Add(($"base64 at {shift}", Encoding.ASCII.GetBytes(base64)));
            forms.Add(($"base64url at {shift}", Encoding.ASCII.GetBytes(base64.Replace('+', '-').Replace('/', '_'))));
        }
        return [.. forms.DistinctBy(f => Convert.ToHexString(f.Bytes))];
    }

    // The characters that are of these bytes alone, when so many others stand before them in a group of three.
    private static string Base64(byte[] value, int shift)
    {
        var all = Convert.ToBase64String([.. new byte[shift], .. value]);
        var (first, end) = ((shift * 8 + 5) / 6, (shift + value.Length) * 8 / 6);
        return all[first..end];
    }

    private static string Percent(byte[] value, Func<char, bool> isPlain, string others) =>
        string.Concat(value.Select(b => b < 0x80 && (isPlain((char)b) || others.Contains((char)b, StringComparison.Ordinal)) ? $"{(char)b}" : $"%{b:X2}"));

    private static string ToText(byte[] value)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(value);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(value);
        }
    }
}
