using System.Text;
using System.Text.RegularExpressions;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>What names and sets something.</summary>
internal sealed partial class InstructionParser
{
    private FromInstruction From()
    {
        var words = WordSplitter.AtBlanks(_command.Rest);
        var stage = new FromInstruction
        {
            Name = Name, Keyword = Keyword, Text = Text, Range = Range,
            Image = words.Count > 0 ? words[0].Text : "", ImageRange = words.Count > 0 ? _line.RangeOf(words[0]) : Range,
            Platform = _flags.Text("platform"),
        };
        _flags.Finish();
        if (words.Count == 1) return stage;
        if (words.Count != 3 || !words[1].Text.Equals("as", StringComparison.OrdinalIgnoreCase))
        {
            Fault(DockerfileCodes.Arguments, $"FROM takes an image, or an image, AS and a name, not '{FaultList.Short(_command.Rest.Text)}'; write FROM image AS name.");
            return stage;
        }

        var name = words[2];
        if (!StageName().IsMatch(name.Text)) Fault(DockerfileCodes.Name, $"A stage cannot have the name '{FaultList.Short(name.Text)}'; start it with a letter and use only letters, digits, '-', '_' and '.'.", name);
        return stage with { StageName = name.Text, StageNameRange = _line.RangeOf(name), AsKeyword = words[1].Text };
    }

    private ArgInstruction? Arg()
    {
        var words = WordSplitter.WithQuotes(_command.Rest, _escape);
        if (words.Count == 0)
        {
            One("a name");
            return null;
        }

        var args = new List<ArgDeclaration>();
        foreach (var word in words)
        {
            var sign = word.Text.IndexOf('=');
            if (sign == 0) Fault(DockerfileCodes.Name, $"The argument '{FaultList.Short(word.Text)}' has no name; write name=value.", word);
            else args.Add(sign < 0 ? new ArgDeclaration(word.Text, null, _line.RangeOf(word)) : new ArgDeclaration(word.Text[..sign], word.Text[(sign + 1)..], _line.RangeOf(word)));
        }
        return new ArgInstruction { Name = Name, Keyword = Keyword, Text = Text, Range = Range, Args = args };
    }

    private EnvInstruction? Env() => Pairs() is { } pairs ? new EnvInstruction { Name = Name, Keyword = Keyword, Text = Text, Range = Range, Pairs = pairs } : null;

    private LabelInstruction? Label() => Pairs() is { } pairs ? new LabelInstruction { Name = Name, Keyword = Keyword, Text = Text, Range = Range, Pairs = pairs } : null;

    private List<KeyValue>? Pairs()
    {
        _flags.Finish();
        var words = WordSplitter.WithQuotes(_command.Rest, _escape);
        if (words.Count == 0)
        {
            One("a name and a value");
            return null;
        }
        if (!words[0].Text.Contains('=')) return LegacyPair();

        var pairs = new List<KeyValue>();
        foreach (var word in words)
        {
            var sign = word.Text.IndexOf('=');
            if (sign < 0) Fault(DockerfileCodes.KeyValue, $"'{FaultList.Short(word.Text)}' has no '='; write name=value, and put values with blanks into quotes.", word);
            else if (sign == 0) Fault(DockerfileCodes.Name, $"'{FaultList.Short(word.Text)}' has no name before the '='; write name=value.", word);
            else pairs.Add(new KeyValue(word.Text[..sign], word.Text[(sign + 1)..], IsLegacy: false));
        }
        return pairs;
    }

    private List<KeyValue>? LegacyPair()
    {
        var text = _command.Rest.Text;
        var length = text.AsSpan().IndexOfAny(SplitCommand.Blanks);
        if (length >= 0) return [new KeyValue(text[..length], text.AsSpan(length).TrimStart("\t\v\f\r ").ToString(), IsLegacy: true)];

        Fault(DockerfileCodes.KeyValue, $"'{FaultList.Short(text)}' has no value; write {FaultList.Short(text)}=value.", _command.Rest);
        return null;
    }

    private ExposeInstruction? Expose()
    {
        _flags.Finish();
        if (One("a port") is null) return null;
        var ports = WordSplitter.AtBlanks(_command.Rest).Select(w => w.Text).Order(StringComparer.Ordinal);
        return new ExposeInstruction { Name = Name, Keyword = Keyword, Text = Text, Range = Range, Ports = [.. ports] };
    }

    private VolumeInstruction? Volume()
    {
        _flags.Finish();
        var volumes = List();
        if (volumes.Count == 0)
        {
            Fault(DockerfileCodes.Arguments, "VOLUME lacks a path; write it behind the instruction.");
            return null;
        }
        if (volumes.Any(v => string.IsNullOrWhiteSpace(v.Text))) Fault(DockerfileCodes.Arguments, "VOLUME has an empty path; write a path between the quotes.");
        return new VolumeInstruction { Name = Name, Keyword = Keyword, Text = Text, Range = Range, Volumes = [.. volumes.Select(v => v.Text.Trim())] };
    }

    private MaintainerInstruction? Maintainer()
    {
        _flags.Finish();
        return One("a name") is { } one ? new MaintainerInstruction { Name = Name, Keyword = Keyword, Text = Text, Range = Range, Maintainer = one.Text } : null;
    }

    private UserInstruction? User()
    {
        _flags.Finish();
        return One("a user") is { } one ? new UserInstruction { Name = Name, Keyword = Keyword, Text = Text, Range = Range, User = one.Text } : null;
    }

    private WorkdirInstruction? Workdir()
    {
        _flags.Finish();
        return One("a path") is { } one ? new WorkdirInstruction { Name = Name, Keyword = Keyword, Text = Text, Range = Range, Path = one.Text } : null;
    }

    // Docker reads no flags here, and leaves out those that are written.
    private StopSignalInstruction? StopSignal()
        => One("a signal") is { } one ? new StopSignalInstruction { Name = Name, Keyword = Keyword, Text = Text, Range = Range, Signal = one.Text } : null;

    private OnbuildInstruction? Onbuild()
    {
        _flags.Finish();
        if (One("an instruction") is not { } rest) return null;

        var trigger = SplitCommand.Of(_line.Text, rest.Start, _escape);
        if (Is(trigger, "ONBUILD") || Is(trigger, "FROM") || Is(trigger, "MAINTAINER"))
        {
            Fault(DockerfileCodes.Trigger, $"ONBUILD cannot hold the instruction '{trigger.Keyword.Text}'; write another one behind it.", trigger.Keyword);
            return null;
        }
        Json(trigger);

        var expression = new StringBuilder(_line.Text[(_command.Keyword.Start + Keyword.Length)..].TrimStart());
        foreach (var heredoc in _line.Heredocs) expression.Append('\n').Append(heredoc.Source).Append(heredoc.Name);
        return new OnbuildInstruction { Name = Name, Keyword = Keyword, Text = Text, Range = Range, Expression = expression.ToString() };
    }

    // A list of more than strings is wrong already here; all else is seen when the trigger runs.
    private void Json(SplitCommand trigger)
    {
        if (Is(trigger, "RUN") || Is(trigger, "CMD") || Is(trigger, "ENTRYPOINT") || Is(trigger, "SHELL") || Is(trigger, "COPY") || Is(trigger, "ADD") || Is(trigger, "VOLUME")) Json(trigger.Rest);
    }

    [GeneratedRegex(@"^[a-zA-Z][a-zA-Z0-9._-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex StageName();
}
