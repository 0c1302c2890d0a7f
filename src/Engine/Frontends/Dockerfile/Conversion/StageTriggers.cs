using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Puts the <c>ONBUILD</c> triggers of what a stage is built on before its own instructions.</summary>
internal sealed class StageTriggers(ConversionScope scope, StageGraph graph)
{
    // The image that a trigger comes from may have been written with another escape character than this Dockerfile.
    private const char Escape = '\\';

    /// <summary>Adds the triggers of a stage, once; true when they take files of something, which must be resolved in turn.</summary>
    public bool Add(StageNode stage)
    {
        if (stage.From is null || stage.IsDone) return false;
        var commands = Expressions(stage).ToList().Select(e => Read(stage, e)).OfType<StageCommand>().ToList();
        stage.Commands.InsertRange(0, commands);
        stage.StepCount += commands.Count;
        return commands.Any(c => c.Sources.Count > 0);
    }

    private static IEnumerable<string> Expressions(StageNode stage)
    {
        if (stage.Base is { } ground)
        {
            if (stage.HasBaseTriggers) return [];
            stage.HasBaseTriggers = true;
            return ground.Commands.Select(c => c.Instruction).OfType<OnbuildInstruction>().Select(o => o.Expression);
        }
        var triggers = stage.Image.Config.OnBuild ?? [];
        stage.Image.Edit(c => c with { OnBuild = null });
        return triggers;
    }

    private StageCommand? Read(StageNode stage, string expression)
    {
        var (instruction, faults) = DockerfileParser.ParseTrigger(expression, stage.Range, Escape);
        foreach (var fault in faults) scope.Add(fault);
        StageCommand? command = null;
        if (instruction is not null) scope.Try(stage.Range, () => command = graph.Connect(stage, instruction, isTrigger: true));
        return command;
    }
}
