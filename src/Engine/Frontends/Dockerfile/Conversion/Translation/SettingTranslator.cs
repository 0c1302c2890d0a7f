using System.Globalization;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion.Translation;

/// <summary>The instructions that only set something of the image.</summary>
internal sealed class SettingTranslator(ConversionScope scope)
{
    public void Translate(StageNode stage, Instruction instruction)
    {
        if (instruction is OnbuildInstruction trigger)
        {
            stage.Image.Edit(c => c with { OnBuild = [.. c.OnBuild ?? [], trigger.Expression] });
            return;
        }
        var history = instruction switch
        {
            EnvInstruction env => Set(stage, env),
            LabelInstruction label => Set(stage, label),
            CmdInstruction cmd => Set(stage, cmd),
            EntrypointInstruction entrypoint => Set(stage, entrypoint),
            HealthcheckInstruction check => Set(stage, check),
            ExposeInstruction expose => Set(stage, expose),
            UserInstruction user => Set(stage, user),
            VolumeInstruction volume => Set(stage, volume),
            StopSignalInstruction signal => Set(stage, signal),
            ShellInstruction shell => Set(stage, shell),
            MaintainerInstruction maintainer => Set(stage, maintainer),
            _ => throw new ArgumentOutOfRangeException(nameof(instruction)),
        };
        stage.Image.Record(history, scope.Time, hasLayer: false);
    }

    // All words are read before the first is set: ENV a=1 b=$a has the a of before.
    private List<KeyValuePair<string, string>> Expand(StageNode stage, Instruction instruction, IEnumerable<KeyValue> pairs) =>
        [.. pairs.Select(p => KeyValuePair.Create(scope.Words.Expand(stage, instruction, p.Key), scope.Words.Expand(stage, instruction, p.Value)))];

    private string Set(StageNode stage, EnvInstruction instruction)
    {
        var pairs = Expand(stage, instruction, instruction.Pairs);
        foreach (var (name, value) in pairs)
        {
            stage.Variables = stage.Variables.With(name, value);
            stage.Image.SetVariable(name, value);
        }
        return "ENV " + Join(pairs);
    }

    private string Set(StageNode stage, LabelInstruction instruction)
    {
        var pairs = Expand(stage, instruction, instruction.Pairs);
        stage.Image.SetLabels(pairs);
        return "LABEL " + Join(pairs);
    }

    private static string Set(StageNode stage, CmdInstruction instruction)
    {
        var words = Words(stage, instruction.Command);
        stage.Image.Edit(c => c with { Cmd = words.Count > 0 ? words : null, ArgsEscaped = true });
        stage.HasCommand = true;
        return "CMD " + GoText.QuotedList(words);
    }

    // The arguments of another entrypoint are not this one's.
    private static string Set(StageNode stage, EntrypointInstruction instruction)
    {
        var words = Words(stage, instruction.Command);
        stage.Image.Edit(c => c with { Entrypoint = words.Count > 0 ? words : null, Cmd = stage.HasCommand ? c.Cmd : null });
        return "ENTRYPOINT " + GoText.QuotedList(words);
    }

    private static string Set(StageNode stage, HealthcheckInstruction instruction)
    {
        stage.Image.Edit(c => c with
        {
            Healthcheck = new HealthcheckConfig
            {
                Test = instruction.Test, Interval = OrNull(instruction.Interval), Timeout = OrNull(instruction.Timeout),
                StartPeriod = OrNull(instruction.StartPeriod), StartInterval = OrNull(instruction.StartInterval),
                Retries = instruction.Retries == 0 ? null : instruction.Retries,
            },
        });
        return $"HEALTHCHECK {{Test:{GoText.List(instruction.Test)} Interval:{GoText.Duration(instruction.Interval)} Timeout:{GoText.Duration(instruction.Timeout)} "
            + $"StartPeriod:{GoText.Duration(instruction.StartPeriod)} StartInterval:{GoText.Duration(instruction.StartInterval)} "
            + $"Retries:{instruction.Retries.ToString(CultureInfo.InvariantCulture)}}}";
    }

    private string Set(StageNode stage, ExposeInstruction instruction)
    {
        var written = instruction.Ports.SelectMany(p => scope.Words.ExpandWords(stage, p)).ToList();
        var keys = written.SelectMany(p => PortRange.Parse(p).Keys).ToList();
        stage.Image.Edit(c => c with { ExposedPorts = ImageDraft.Union(c.ExposedPorts, keys) });
        return "EXPOSE " + GoText.List(keys);
    }

    private string Set(StageNode stage, UserInstruction instruction)
    {
        var user = scope.Words.Expand(stage, instruction, instruction.User);
        stage.User = user;
        stage.Image.Edit(c => c with { User = user });
        return "USER " + user;
    }

    private string Set(StageNode stage, VolumeInstruction instruction)
    {
        var volumes = instruction.Volumes.Select(v => scope.Words.Expand(stage, instruction, v)).ToList();
        if (volumes.Contains(""))
            throw new Fault(FaultCodes.EmptyVolume, "A volume is empty once its variables are put in. Name the folder, or give the variable a value.");
        stage.Image.Edit(c => c with { Volumes = ImageDraft.Union(c.Volumes, volumes) });
        return "VOLUME " + GoText.List(volumes);
    }

    private string Set(StageNode stage, StopSignalInstruction instruction)
    {
        var signal = scope.Words.Expand(stage, instruction, instruction.Signal);
        if (!Signals.IsSignal(signal))
            throw new Fault(FaultCodes.BadSignal, $"'{signal}' is not a signal. Give its number or its name, such as '9' or 'SIGTERM'.");
        stage.Image.Edit(c => c with { StopSignal = signal });
        return "STOPSIGNAL " + signal;
    }

    private static string Set(StageNode stage, ShellInstruction instruction)
    {
        stage.Image.Edit(c => c with { Shell = instruction.Shell });
        return "SHELL " + GoText.List(instruction.Shell);
    }

    private static string Set(StageNode stage, MaintainerInstruction instruction)
    {
        stage.Image.SetAuthor(instruction.Maintainer);
        return "MAINTAINER " + instruction.Maintainer;
    }

    private static IReadOnlyList<string> Words(StageNode stage, CommandLine command) =>
        command.IsShell ? [.. stage.Image.Shell, string.Join(' ', command.Words)] : command.Words;

    private static string Join(IEnumerable<KeyValuePair<string, string>> pairs) => string.Join(' ', pairs.Select(p => $"{p.Key}={p.Value}"));

    private static long? OrNull(long duration) => duration == 0 ? null : duration;
}
