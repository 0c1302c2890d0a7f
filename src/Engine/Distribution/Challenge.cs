namespace MsBuildKit.Engine.Distribution;

/// <summary>What a registry wants of whoever asks: a <c>WWW-Authenticate</c> header (RFC 9110, 11.6.1).</summary>
/// <param name="Scheme">Lower case.</param>
internal sealed record Challenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>Parses one challenge; quoted strings may hold commas and escaped quotes. Never throws.</summary>
    public static Challenge Parse(string scheme, string? parameters)
    {
        var map = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var text = parameters ?? "";
        for (var i = 0; i < text.Length;)
        {
            var equals = text.IndexOf('=', i);
            if (equals < 0) break;
            var name = text[i..equals].Trim(' ', ',');
            for (i = equals + 1; i < text.Length && text[i] == ' ';) i++;
            var value = new System.Text.StringBuilder();
            if (i < text.Length && text[i] == '"')
            {
                for (i++; i < text.Length && text[i] != '"'; i++)
                {
                    if (text[i] == '\\' && i + 1 < text.Length) i++;
                    value.Append(text[i]);
                }
                i++;
            }
            else
                for (; i < text.Length && text[i] != ','; i++) value.Append(text[i]);
            map[name] = value.ToString().Trim();
        }
        return new Challenge(scheme.ToLowerInvariant(), map);
    }
}
