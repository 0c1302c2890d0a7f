using System.Globalization;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>Reads the values of <c>--mount</c>. Keys count in the order in which they stand: what only some kinds have comes after the kind.</summary>
internal sealed class MountFlagParser
{
    private static readonly string[] s_keys =
    [
        "type", "from", "source", "src", "target", "dst", "destination", "readonly", "ro", "readwrite", "rw", "required", "size", "id", "sharing", "mode", "uid", "gid", "env",
    ];

    private readonly Func<string, string>? _expand;
    private MountFlag _mount = new();
    private bool _isWhole = true;
    private string? _fault;

    private MountFlagParser(Func<string, string>? expand) => _expand = expand;

    internal static MountFlag? Parse(string value, Func<string, string>? expand, out string? error)
    {
        var parser = new MountFlagParser(expand);
        parser.Read(value);
        error = parser._fault is null ? null : $"The mount '{FaultList.Short(value)}' {parser._fault}.";
        return error is null ? parser._mount : null;
    }

    private void Read(string value)
    {
        if (CsvFields.Read(value) is not { } fields)
        {
            _fault = "has quotes in the middle of a field; put whole fields into double quotes";
            return;
        }
        foreach (var field in fields)
        {
            ReadField(field);
            if (_fault is not null) return;
        }
        // What the kind forbids is known once all values are.
        if (_isWhole) _fault = Forbidden();
    }

    private void ReadField(string field)
    {
        var sign = field.IndexOf('=');
        var key = (sign < 0 ? field : field[..sign]).ToLowerInvariant();
        if (!s_keys.Contains(key))
        {
            _fault = $"has the unexpected key '{FaultList.Short(key)}'{NearestName.Suggest(key, s_keys, ignoreCase: true)}; its keys are {string.Join(", ", s_keys)}";
            return;
        }
        if (sign >= 0) ReadValue(key, field[(sign + 1)..]);
        else if (key is "readonly" or "ro" or "readwrite" or "rw" or "required") Set(key, "true");
        else _fault = $"has no value for '{key}'; write {key}=value";
    }

    private void ReadValue(string key, string value)
    {
        if (_expand is not null)
        {
            Set(key, _expand(value));
            return;
        }
        if (key == "from" && value.IndexOf('$') is var at && at >= 0 && at < value.Length - 1)
        {
            _fault = "has a variable in 'from', where none can be; name a stage with FROM ... AS and write its name";
            return;
        }
        if (value.AsSpan().ContainsAny("$'\"\\`")) _isWhole = false;
        else Set(key, value);
    }

    private void Set(string key, string value)
    {
        _mount = key switch
        {
            "type" => Enum.TryParse<MountKind>(value, ignoreCase: true, out var kind) && IsName(value) ? _mount with { Kind = kind } : Unsupported(value),
            "from" => _mount with { From = OrNull(value) },
            "source" or "src" => _mount with { Source = OrNull(value) },
            "target" or "dst" or "destination" => _mount with { Target = OrNull(value) },
            "readonly" or "ro" => GoBoolean.Parse(value) is { } on ? _mount with { ReadOnly = on } : WrongSwitch(key, value),
            "readwrite" or "rw" => GoBoolean.Parse(value) is { } on ? _mount with { ReadOnly = !on } : WrongSwitch(key, value),
            "required" => SetRequired(value),
            "size" => SetSize(value),
            "id" => _mount with { Id = OrNull(value) },
            "sharing" => Enum.TryParse<MountSharing>(value, ignoreCase: true, out var sharing) && IsName(value) ? _mount with { Sharing = sharing } : Wrong(key, value, NearestName.Suggest(value, Names<MountSharing>(), ignoreCase: true), $"use one of: {string.Join(", ", Names<MountSharing>())}"),
            "mode" => ParseOctal(value) is { } mode ? _mount with { Mode = mode } : Wrong(key, value, "", "write an octal number such as 0755"),
            "uid" => ParseNumber(value) is { } uid ? _mount with { Uid = uid } : Wrong(key, value, "", "write a number"),
            "gid" => ParseNumber(value) is { } gid ? _mount with { Gid = gid } : Wrong(key, value, "", "write a number"),
            _ => _mount with { Variable = value },
        };
    }

    private MountFlag SetRequired(string value)
    {
        if (_isWhole && _mount.Kind is not (MountKind.Secret or MountKind.Ssh)) return Wrong("required", value, "", "only the types secret and ssh have it, and it stands behind the type");
        return GoBoolean.Parse(value) is { } required ? _mount with { Required = required } : WrongSwitch("required", value);
    }

    private MountFlag SetSize(string value)
    {
        if (_isWhole && _mount.Kind != MountKind.Tmpfs) return Wrong("size", value, "", "only the type tmpfs has it, and it stands behind the type");
        return ByteCount.Parse(value) is { } size ? _mount with { Size = size } : Wrong("size", value, "", "write a size such as 64m");
    }

    private string? Forbidden()
    {
        var kind = NameOf(_mount.Kind);
        var owned = _mount.Mode is not null ? "mode" : _mount.Uid is not null ? "uid" : _mount.Gid is not null ? "gid" : null;
        if (owned is not null && _mount.Kind is MountKind.Bind or MountKind.Tmpfs) return $"cannot have '{owned}' with the type {kind}; remove it";
        if (_mount.Sharing is not null && _mount.Kind != MountKind.Cache) return $"cannot have 'sharing' with the type {kind}; remove it";
        if (_mount.Kind != MountKind.Secret) return null;
        if (_mount.From is not null) return "cannot have 'from' with the type secret; remove it";
        if (_mount is { Source: null, Target: null, Id: null }) return "names no secret; add id, source or target";
        return _mount is { Source: not null, Id: not null } ? "has both 'source' and 'id'; remove one" : null;
    }

    private MountFlag Unsupported(string kind)
    {
        var kinds = Names<MountKind>();
        _fault = $"has the unsupported mount type \"{FaultList.Short(kind)}\"{NearestName.Suggest(kind, kinds, ignoreCase: true)}; use one of: {string.Join(", ", kinds)}";
        return _mount;
    }

    private MountFlag WrongSwitch(string key, string value) => Wrong(key, value, "", "write true or false");

    private MountFlag Wrong(string key, string value, string suggestion, string todo)
    {
        _fault = $"cannot have '{key}' with the value '{FaultList.Short(value)}'{suggestion}; {todo}";
        return _mount;
    }

    private static string? OrNull(string value) => value.Length == 0 ? null : value;

    private static bool IsName(string value) => value.Length > 0 && value.All(char.IsAsciiLetter);

    private static string NameOf<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static IEnumerable<string> Names<T>() where T : struct, Enum => Enum.GetValues<T>().Select(NameOf);

    private static uint? ParseNumber(string value) => uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static int? ParseOctal(string value)
    {
        if (value.Length is 0 or > 10 || value.AsSpan().ContainsAnyExceptInRange('0', '7')) return null;
        return value.Aggregate(0, (sum, digit) => (sum * 8) + digit - '0');
    }
}
