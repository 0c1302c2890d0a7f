namespace MsBuildKit.Tasks;

/// <summary>One value such as <c>/var/cache/apt,id=apt,sharing=locked</c>: what stands first, then words with and without a value.</summary>
/// <param name="First">Empty where the value begins with a word that has a value.</param>
/// <param name="Options">By lower-case name; <c>null</c> for a word that stands alone.</param>
internal sealed record MountWords(string First, IReadOnlyDictionary<string, string?> Options)
{
    /// <summary>Reads <paramref name="text"/>; <c>null</c>, and <paramref name="fault"/> says why, for a word that is not in
    /// <paramref name="known"/> or stands twice. There a name that takes a value ends with <c>=</c>.</summary>
    public static MountWords? Parse(string text, string[] known, out string fault)
    {
        var options = new Dictionary<string, string?>(StringComparer.Ordinal);
        var words = text.Split(',', StringSplitOptions.TrimEntries);
        var hasFirst = !words[0].Contains('=');
        foreach (var word in words.Skip(hasFirst ? 1 : 0))
        {
            var equals = word.IndexOf('=');
            var name = (equals < 0 ? word : word[..equals]).ToLowerInvariant();
            if (!known.Contains(equals < 0 ? name : name + "="))
            {
                fault = $"has '{word}', which is none of {string.Join(", ", known)}";
                return null;
            }
            if (!options.TryAdd(name, equals < 0 ? null : word[(equals + 1)..]))
            {
                fault = $"says '{name}' twice";
                return null;
            }
        }
        fault = "";
        return new MountWords(hasFirst ? words[0] : "", options);
    }

    public bool Has(string name) => Options.ContainsKey(name);

    /// <summary>The value of a word, or empty.</summary>
    public string Value(string name) => Options.GetValueOrDefault(name) ?? "";
}
