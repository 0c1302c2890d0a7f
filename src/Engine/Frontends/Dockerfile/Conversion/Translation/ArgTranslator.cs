using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion.Translation;

/// <summary><c>ARG</c>: a variable of the stage's steps that the image does not get.</summary>
internal sealed class ArgTranslator(ConversionScope scope)
{
    public void Translate(StageNode stage, ArgInstruction instruction)
    {
        var declared = new List<string>();
        foreach (var arg in instruction.Args)
        {
            var value = Value(stage, instruction, arg);
            if (value is not null && !StageWords.NonVariables.Contains(arg.Key)) stage.Variables = stage.Variables.With(arg.Key, value);
            stage.Args.Add(arg with { Value = value });
            declared.Add(value is null ? arg.Key : $"{arg.Key}={value}");
        }
        stage.Image.Record("ARG " + string.Join(' ', declared), scope.Time, hasLayer: false);
    }

    // The caller's value, else the default, else what the name stands for before the first FROM.
    private string? Value(StageNode stage, ArgInstruction instruction, ArgDeclaration arg) =>
        scope.Request.BuildArgs.GetValueOrDefault(arg.Key)
        ?? (arg.Value is null ? scope.Globals.Variables.Find(arg.Key) : scope.Words.Expand(stage, instruction, arg.Value));
}
