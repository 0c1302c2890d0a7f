using System.Runtime.Versioning;
using MsBuildKit.Engine.Workers.Rootless.Platforms;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A step that is ready to be run, as long as its files are there.</summary>
/// <param name="Runtime">What runs it.</param>
/// <param name="Files">Its bundle.</param>
/// <param name="Id">What it is called.</param>
/// <param name="Spec">The step.</param>
/// <param name="Emulation">How programs of its platform run, where that is another.</param>
/// <param name="Limits">What this machine lets processes have.</param>
[SupportedOSPlatform("linux")]
internal sealed record PreparedStep(OciRuntime Runtime, StepFiles Files, string Id, StepSpec Spec, Emulation? Emulation, HostLimits Limits)
{
    /// <summary>Describes another process of the step's sandbox, while that runs.</summary>
    public void WriteProcess(StepSpec process, string path)
    {
        StepRunner.CheckCommand(process);
        using var root = new StepTree(process.Root);
        if (Emulation is { Way: EmulationWay.Injected }) process = process with { Args = EmulatedCommand.Of(process, root, Emulation.Emulator).Args };
        var user = UserLookup.Find(root, process.User);
        var directory = StepRunner.WorkingDirectory(process, root);
        using var file = PrivateFile(path);
        RuntimeSpec.WriteProcess(file, process, user, Limits, directory);
    }

    /// <summary>Makes a file for the worker alone: variables may be secrets.</summary>
    public static FileStream PrivateFile(string path) =>
        new(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
}
