using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>What runs something.</summary>
internal sealed partial class InstructionParser
{
    private const long ShortestInterval = 1_000_000;

    private RunInstruction Run()
    {
        var mounts = _flags.Many("mount");
        foreach (var (value, range) in mounts)
        {
            if (MountFlag.TryParse(value, isExpanded: false, out var fault) is null) _faults.Add(DockerfileCodes.Mount, fault!, range);
        }
        var run = new RunInstruction
        {
            Name = Name, Keyword = Keyword, Text = Text, Range = Range,
            Mounts = [.. mounts.Select(m => m.Value)],
            Network = _flags.Choice("network", "default", "none", "host"),
            Security = _flags.Choice("security", "sandbox", "insecure"),
            Devices = ValuesOf("device"),
            Command = CommandOf(_command.Rest),
            Heredocs = _line.Heredocs,
        };
        _flags.Finish();
        return run;
    }

    private CmdInstruction Cmd()
    {
        _flags.Finish();
        return new CmdInstruction { Name = Name, Keyword = Keyword, Text = Text, Range = Range, Command = CommandOf(_command.Rest) };
    }

    private EntrypointInstruction Entrypoint()
    {
        _flags.Finish();
        return new EntrypointInstruction { Name = Name, Keyword = Keyword, Text = Text, Range = Range, Command = CommandOf(_command.Rest) };
    }

    private ShellInstruction? Shell()
    {
        _flags.Finish();
        if (One("a list of words") is not { } text) return null;

        var words = JsonForm.Read(text.Text, out _);
        if (words is { Count: > 0 }) return new ShellInstruction { Name = Name, Keyword = Keyword, Text = Text, Range = Range, Shell = words };
        Fault(DockerfileCodes.ShellForm, $"SHELL takes a JSON list of at least one word, not '{FaultList.Short(text.Text)}'; write [\"program\", \"argument\"].", text);
        return null;
    }

    private HealthcheckInstruction? Healthcheck()
    {
        if (One("NONE or CMD and a command") is not { } text) return null;

        var length = text.Text.AsSpan().IndexOfAny(SplitCommand.Blanks);
        var kind = new TextPart(length < 0 ? text.Text : text.Text[..length], text.Start);
        var rest = text.Text[kind.Text.Length..].TrimStart();
        var command = new TextPart(rest, text.Start + text.Text.Length - rest.Length);
        var test = kind.Text.ToUpperInvariant() switch
        {
            "NONE" => NoTest(command),
            "CMD" => TestOf(command),
            _ => UnknownTest(kind),
        };
        if (test is ["NONE"]) return new HealthcheckInstruction { Name = Name, Keyword = Keyword, Text = Text, Range = Range, Test = test };

        var check = new HealthcheckInstruction
        {
            Name = Name, Keyword = Keyword, Text = Text, Range = Range,
            Test = test ?? [],
            Interval = Interval("interval"), Timeout = Interval("timeout"), StartPeriod = Interval("start-period"), StartInterval = Interval("start-interval"),
            Retries = RetriesOf(_flags.Text("retries")),
        };
        _flags.Finish();
        return test is null ? null : check;
    }

    private string[]? NoTest(TextPart rest)
    {
        if (rest.Text.Length == 0) return ["NONE"];
        Fault(DockerfileCodes.Healthcheck, $"HEALTHCHECK NONE takes nothing more; remove '{FaultList.Short(rest.Text)}'.", rest);
        return null;
    }

    private string[]? TestOf(TextPart command)
    {
        var line = CommandOf(command);
        if (line.Words.Count > 0) return [line.IsShell ? "CMD-SHELL" : "CMD", .. line.Words];
        Fault(DockerfileCodes.Healthcheck, "HEALTHCHECK CMD lacks its command; write the command that tells whether the container is well.");
        return null;
    }

    private string[]? UnknownTest(TextPart kind)
    {
        Fault(DockerfileCodes.Healthcheck, $"HEALTHCHECK knows no '{FaultList.Short(kind.Text)}'; write CMD and a command, or NONE.", kind);
        return null;
    }

    private long Interval(string flag)
    {
        if (_flags.Text(flag) is not { } value) return 0;
        if (GoDuration.Parse(value) is { } length and (0 or >= ShortestInterval)) return length;

        Fault(DockerfileCodes.Healthcheck, $"The flag '--{flag}' cannot be '{FaultList.Short(value)}'; write a duration of at least 1ms, such as 30s or 1m30s.");
        return 0;
    }

    private int RetriesOf(string? value)
    {
        if (value is null) return 0;
        if (int.TryParse(value, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var retries) && retries >= 0) return retries;

        Fault(DockerfileCodes.Healthcheck, $"The flag '--retries' cannot be '{FaultList.Short(value)}'; write a number that is not negative.");
        return 0;
    }
}
