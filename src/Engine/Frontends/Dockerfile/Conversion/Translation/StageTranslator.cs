using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion.Translation;

/// <summary>Turns the instructions of a stage into its tree and its image's configuration.</summary>
internal sealed class StageTranslator(ConversionScope scope, LlbState context, ContextPaths paths)
{
    private readonly ArgTranslator _arg = new(scope);
    private readonly SettingTranslator _setting = new(scope);
    private readonly WorkdirTranslator _workdir = new(scope);
    private readonly RunTranslator _run = new(scope, context, paths);
    private readonly TransferTranslator _transfer = new(scope, context, paths);

    public void Translate(StageNode stage)
    {
        stage.Inherit();
        stage.IsDone = true;
        Begin(stage);
        foreach (var command in stage.Commands)
        {
            stage.IsTrigger = command.IsTrigger;
            scope.Try(command.IsTrigger ? stage.Range : command.Instruction.Range, () => Translate(stage, command));
        }
    }

    private static void Begin(StageNode stage)
    {
        var config = stage.Image.Config;
        if ((config.Env ?? []).All(v => !v.StartsWith("PATH=", StringComparison.Ordinal))) stage.Image.SetVariable("PATH", ImageDraft.DefaultPath);
        stage.Variables = stage.Variables.With(stage.Image.Config.Env!);
        if (config.WorkingDir is { Length: > 0 } folder) WorkdirTranslator.Enter(stage, folder);
        if (config.User is { Length: > 0 } user) stage.User = user;
    }

    private void Translate(StageNode stage, StageCommand command)
    {
        switch (command.Instruction)
        {
            case ArgInstruction arg: _arg.Translate(stage, arg); break;
            case RunInstruction run: _run.Translate(stage, run, command.Sources); break;
            case TransferInstruction transfer: _transfer.Translate(stage, transfer, command.Sources.FirstOrDefault()); break;
            case WorkdirInstruction workdir: _workdir.Translate(stage, workdir); break;
            default: _setting.Translate(stage, command.Instruction); break;
        }
    }
}
