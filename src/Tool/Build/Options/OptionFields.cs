using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

namespace MsBuildKit.Tool.Build.Options;

/// <summary>An option's value of the form <c>key=value,key=value</c>.</summary>
internal sealed class OptionFields
{
    private readonly List<KeyValuePair<string, string>> _fields = [];

    private OptionFields(string option, string text) => (Option, Text) = (option, text);

    /// <summary>The option, and its value as it was given.</summary>
    public string Option { get; }

    public string Text { get; }

    public IReadOnlyList<KeyValuePair<string, string>> All => _fields;

    /// <summary>Reads one, or tells what is wrong with it and returns <c>null</c>.</summary>
    /// <param name="option">The option.</param>
    /// <param name="text">Its value.</param>
    /// <param name="known">Every key; one that ends in <c>*</c> is the beginning of keys.</param>
    /// <param name="faults">Hears what is wrong.</param>
    /// <param name="refused">Keys that mean something elsewhere, and why they are not offered.</param>
    public static OptionFields? Read(string option, string text, IReadOnlyCollection<string> known, OptionFaults faults, IReadOnlyDictionary<string, string>? refused = null)
    {
        if (CsvFields.Read(text) is not { } parts)
        {
            faults.Add(option, $"'{text}' has a quote too many or too few. Write \"key=value\" in quotes when the value holds a comma.");
            return null;
        }
        var fields = new OptionFields(option, text);
        var before = faults.Texts.Count;
        foreach (var part in parts) fields.Add(part, known, faults, refused);
        return faults.Texts.Count == before ? fields : null;
    }

    /// <summary>The value of a key, or <c>null</c>.</summary>
    public string? Find(params string[] keys) => _fields.LastOrDefault(f => keys.Contains(f.Key)) is { Key: not null } found ? found.Value : null;

    /// <summary>Whether a key is on; a word that is neither true nor false is a fault.</summary>
    public bool? IsOn(string key, OptionFaults faults)
    {
        if (Find(key) is not { } value) return null;
        if (Switches.Parse(value) is { } on) return on;
        faults.Add(Option, $"'{Text}' has {key}='{value}', which is neither true nor false. Write one of them.");
        return null;
    }

    private void Add(string part, IReadOnlyCollection<string> known, OptionFaults faults, IReadOnlyDictionary<string, string>? refused)
    {
        var equals = part.IndexOf('=', StringComparison.Ordinal);
        // What follows 'annotation.' keeps its case.
        var key = equals < 0 ? part : part[..equals];
        if (!known.Any(k => k.EndsWith('*') && key.StartsWith(k[..^1], StringComparison.Ordinal))) key = key.Trim().ToLowerInvariant();
        if (equals < 0) faults.Add(Option, $"'{Text}' has '{part}', which is no key=value. Write one of {string.Join(", ", known)} before a '='.");
        else if (refused?.GetValueOrDefault(key) is { } why) faults.Add(Option, $"'{Text}' has '{key}', which is not offered: {why}");
        else if (!known.Contains(key) && !known.Any(k => k.EndsWith('*') && key.Length >= k.Length && key.StartsWith(k[..^1], StringComparison.Ordinal)))
            faults.Add(Option, $"'{Text}' has the key '{key}', which is none{NearestName.Suggest(key, known)}. Use {string.Join(", ", known)}.");
        else if (_fields.Any(f => f.Key == key)) faults.Add(Option, $"'{Text}' has '{key}' twice. Keep one.");
        else _fields.Add(new(key, part[(equals + 1)..]));
    }
}
