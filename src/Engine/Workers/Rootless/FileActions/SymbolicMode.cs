namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>A mode as people write it for chmod(1): octal, or clauses such as <c>u+rwX,go=u-w</c> (POSIX, with what BSD adds: <c>t</c>, and
/// <c>s</c> for groups). No umask takes anything away.</summary>
internal sealed class SymbolicMode
{
    private const int SetUser = 0b100_000_000_000, SetGroup = 0b010_000_000_000, Sticky = 0b001_000_000_000;
    private const int User = 0b111_000_000, Group = 0b111_000, Others = 0b111, Execute = 0b001_001_001;
    private const int AllButSticky = SetUser | SetGroup | User | Group | Others;
    private const int Bits = AllButSticky | Sticky;

    private readonly string _text;
    private readonly List<Func<int, int, bool, int>> _steps = [];
    private int _at;

    private SymbolicMode(string text) => _text = text;

    private char Here => _at < _text.Length ? _text[_at] : '\0';

    /// <summary>Reads a mode. Throws MBK2041.</summary>
    public static SymbolicMode Parse(string text)
    {
        var mode = new SymbolicMode(text);
        if (char.IsAsciiDigit(mode.Here)) mode.ParseOctal();
        else mode.ParseClauses();
        return mode;
    }

    /// <summary>What it makes of permission bits.</summary>
    public int Apply(int permissions, bool isDirectory)
    {
        var before = permissions & Bits;
        return _steps.Aggregate(before, (now, step) => step(now, before, isDirectory));
    }

    private void ParseOctal()
    {
        if (!_text.All(c => c is >= '0' and <= '7') || _text.TrimStart('0').Length > 4) throw Bad();
        var value = _text.Aggregate(0, (sum, digit) => (sum << 3) + (digit - '0'));
        if (value > Bits) throw Bad();
        _steps.Add((_, _, _) => value);
    }

    private void ParseClauses()
    {
        while (true)
        {
            var who = ParseWho();
            do ParseOperation(who);
            while (Here is not (',' or '\0'));
            if (Here == '\0') return;
            _at++;
        }
    }

    private int ParseWho()
    {
        for (var who = 0; ; _at++)
        {
            if (Here == 'a') who |= AllButSticky;
            else if (Here == 'u') who |= SetUser | User;
            else if (Here == 'g') who |= SetGroup | Group;
            else if (Here == 'o') who |= Others;
            else return who;
        }
    }

    private void ParseOperation(int who)
    {
        var operation = Here;
        if (operation is not ('+' or '-' or '=')) throw Bad();
        var (bits, conditional, isAssigned) = (0, 0, false);
        for (_at++; ; _at++)
        {
            var forMoreThanOthers = who == 0 || (who & ~Others) != 0;
            switch (Here)
            {
                case 'r': bits |= 0b100_100_100; break;
                case 'w': bits |= 0b010_010_010; break;
                case 'x': bits |= Execute; break;
                case 'X': conditional = operation == '-' ? conditional : Execute; break;
                case 's': bits |= forMoreThanOthers ? SetUser | SetGroup : 0; break;
                case 't' when forMoreThanOthers:
                    who |= Sticky;
                    bits |= Sticky;
                    break;
                case 't': break;
                case 'u' or 'g' or 'o':
                    if (bits != 0) Set(operation, who, bits);
                    AddConditional(who, conditional);
                    Copy(operation, who, Here);
                    (bits, conditional, isAssigned) = (0, 0, true);
                    break;
                default:
                    if (bits != 0 || (operation == '=' && !isAssigned)) Set(operation, who, bits);
                    AddConditional(who, conditional);
                    return;
            }
        }
    }

    private void Set(char operation, int who, int bits)
    {
        var (cleared, meant) = (who != 0 ? who : AllButSticky, who != 0 ? who & bits : bits);
        _steps.Add(operation switch
        {
            '+' => (now, _, _) => now | meant,
            '-' => (now, _, _) => now & ~meant,
            _ => (now, _, _) => (now & ~cleared) | meant,
        });
    }

    private void AddConditional(int who, int bits)
    {
        var meant = who != 0 ? who & bits : bits;
        if (meant != 0) _steps.Add((now, before, isDirectory) => isDirectory || (before & Execute) != 0 ? now | meant : now);
    }

    private void Copy(char operation, int who, char from)
    {
        var shifts = new[] { (Mask: 0b100_000_000, By: 6), (Mask: 0b100_000, By: 3), (Mask: 0b100, By: 0) }.Where(s => who == 0 || (who & s.Mask) != 0).Select(s => s.By).ToArray();
        _steps.Add((now, _, _) =>
        {
            var value = (now >> (from == 'u' ? 6 : from == 'g' ? 3 : 0)) & Others;
            foreach (var by in shifts)
                now = operation switch
                {
                    '+' => now | (value << by),
                    '-' => now & ~(value << by),
                    _ => (now & ~(Others << by)) | (value << by),
                };
            return now;
        });
    }

    private WorkerException Bad() => FileErrors.BadMode(_text);
}
