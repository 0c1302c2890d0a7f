using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;
using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion.Translation;

/// <summary><c>WORKDIR</c>: where the instructions after it are, which is made when it is not there.</summary>
internal sealed class WorkdirTranslator(ConversionScope scope)
{
    private const int Mode = 0b111_101_101;

    public void Translate(StageNode stage, WorkdirInstruction instruction)
    {
        var path = scope.Words.Expand(stage, instruction, instruction.Path);
        if (!stage.HasWorkingDirectory && !UnixPath.IsAbsolute(path))
            scope.Lint.Warn(LintRules.WorkdirRelativePath, LintMessages.WorkdirRelativePath(path), instruction.Range, instruction);
        stage.HasWorkingDirectory = true;
        Enter(stage, path);
        if (stage.WorkingDirectory != "/") Make(stage, instruction);
        stage.Image.Record("WORKDIR " + stage.WorkingDirectory, scope.Time, hasLayer: stage.WorkingDirectory != "/");
    }

    /// <summary>Goes to a folder, relative to the image's.</summary>
    public static void Enter(StageNode stage, string path)
    {
        var folder = UnixPath.IsAbsolute(path) ? path : UnixPath.Join("/", stage.Image.Config.WorkingDir ?? "", path);
        stage.Image.Edit(c => c with { WorkingDir = folder });
        stage.WorkingDirectory = folder;
    }

    private void Make(StageNode stage, WorkdirInstruction instruction)
    {
        var step = FileStep.MakeDirectory(UnixPath.Clean(stage.WorkingDirectory), Mode, makeParents: true, timestamp: scope.Epoch * 1_000_000_000);
        if (stage.Image.Config.User is { Length: > 0 } user) step = FileOwner.Give(step, user, stage.Tree);
        var name = scope.Name(stage, instruction, StepNames.WithKeyword(scope.Words.Show(instruction.Text, stage.Variables)));
        stage.Tree = stage.Tree.File(name, step);
    }
}
