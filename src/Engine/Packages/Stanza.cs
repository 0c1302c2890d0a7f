using System.Text;

namespace MsBuildKit.Engine.Packages;

/// <summary>One paragraph of a Debian control file (Debian policy, 5.1): fields in their order, names without regard to case.</summary>
internal sealed class Stanza
{
    private const int LongestField = 8 << 20;

    private readonly List<KeyValuePair<string, string>> _fields = [];
    private readonly StringBuilder _value = new();
    private string? _key;

    public IReadOnlyList<KeyValuePair<string, string>> Fields => _fields;

    /// <summary>The value, continuation lines joined by line feeds, or <c>null</c>.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var (key, value) in _fields)
                if (key.Equals(name, StringComparison.OrdinalIgnoreCase)) return value;
            return null;
        }
    }

    /// <summary>Reads paragraph by paragraph, holding one at a time.</summary>
    public static IEnumerable<Stanza> Read(TextReader reader)
    {
        var stanza = new Stanza();
        foreach (var line in BoundedLines.Read(reader))
        {
            if (line.AsSpan().Trim().IsEmpty)
            {
                stanza.EndField();
                if (stanza._fields.Count > 0) yield return stanza;
                stanza = new Stanza();
                continue;
            }
            stanza.Add(line);
        }
        stanza.EndField();
        if (stanza._fields.Count > 0) yield return stanza;
    }

    private void Add(string line)
    {
        if (line[0] == '#') return;
        if (line[0] is ' ' or '\t')
        {
            if (_key is not null) _value.Append('\n').Append(line, 1, line.Length - 1);
            if (_value.Length > LongestField) throw new InvalidDataException($"a field of it has more than {LongestField} characters");
            return;
        }
        var colon = line.IndexOf(':');
        if (colon <= 0) return;
        EndField();
        _key = line[..colon];
        _value.Append(line.AsSpan(colon + 1).Trim());
    }

    private void EndField()
    {
        if (_key is not null) _fields.Add(new(_key, _value.ToString()));
        _value.Clear();
        _key = null;
    }
}
