using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>An instruction's flags. Whoever asks for one makes it known; what nobody asked for is a fault in the end.</summary>
internal sealed class FlagReader
{
    // Most instructions have no flags: nothing is made for them.
    private readonly List<Flag>? _flags;
    private readonly List<string>? _known;
    private readonly LogicalLine _line;
    private readonly FaultList _faults;

    internal FlagReader(LogicalLine line, IReadOnlyList<TextPart> flags, FaultList faults)
    {
        (_line, _faults) = (line, faults);
        if (flags.Count == 0) return;

        (_flags, _known) = ([], []);
        foreach (var flag in flags)
        {
            var sign = flag.Text.IndexOf('=');
            _flags.Add(new Flag(sign < 0 ? flag.Text[2..] : flag.Text[2..sign], sign < 0 ? null : flag.Text[(sign + 1)..], line.RangeOf(flag)));
        }
    }

    /// <summary>The value of a flag that may stand once; <c>null</c> where it is not there or empty.</summary>
    internal string? Text(string name) => Once(name) is { } flag && HasValue(flag) && flag.Value!.Length > 0 ? flag.Value : null;

    /// <summary>The value of a flag that has a few choices.</summary>
    internal string? Choice(string name, params string[] choices)
    {
        if (Once(name) is not { } flag || !HasValue(flag)) return null;
        if (choices.Contains(flag.Value)) return flag.Value;

        _faults.Add(DockerfileCodes.Choice, $"The flag '--{name}' cannot be '{FaultList.Short(flag.Value!)}'{NearestName.Suggest(flag.Value!, choices, ignoreCase: true)}; use one of: {string.Join(", ", choices)}.", flag.Range);
        return null;
    }

    /// <summary>A switch, or <c>null</c> where it is not there.</summary>
    internal bool? Switch(string name)
    {
        if (Once(name) is not { } flag) return null;
        if (flag.Value is null || flag.Value.Equals("true", StringComparison.OrdinalIgnoreCase)) return true;
        if (flag.Value.Equals("false", StringComparison.OrdinalIgnoreCase)) return false;

        _faults.Add(DockerfileCodes.FlagValue, $"The flag '--{name}' cannot be '{FaultList.Short(flag.Value)}'; write true or false.", flag.Range);
        return null;
    }

    /// <summary>The values of a flag that may stand many times.</summary>
    internal IReadOnlyList<(string Value, TextRange Range)> Many(string name) => [.. Of(name).Where(HasValue).Select(f => (f.Value!, f.Range))];

    /// <summary>Says which flags are not known.</summary>
    internal void Finish()
    {
        if (_flags is null || _known is null) return;
        foreach (var flag in _flags.Where(f => !_known.Contains(f.Name)))
        {
            var offers = _known.Count == 0 ? "it has none" : "it has " + string.Join(", ", _known.Order(StringComparer.Ordinal).Select(k => "--" + k));
            _faults.Add(DockerfileCodes.UnknownFlag, $"unknown flag: --{FaultList.Short(flag.Name)}{NearestName.Suggest(flag.Name, _known, ignoreCase: true)}; {offers}.", flag.Range);
        }
    }

    private Flag? Once(string name)
    {
        var all = Of(name);
        foreach (var flag in all.Skip(1))
        {
            _faults.Add(DockerfileCodes.FlagValue, $"The flag '--{name}' stands more than once; leave one.", flag.Range);
        }
        return all.Count == 0 ? null : all[0];
    }

    private List<Flag> Of(string name)
    {
        if (_flags is null || _known is null) return [];
        _known.Add(name);
        return _flags.FindAll(f => f.Name == name);
    }

    private bool HasValue(Flag flag)
    {
        if (flag.Value is not null) return true;
        _faults.Add(DockerfileCodes.FlagValue, $"The flag '--{flag.Name}' has no value; write --{flag.Name}=value.", flag.Range);
        return false;
    }

    private sealed record Flag(string Name, string? Value, TextRange Range);
}
