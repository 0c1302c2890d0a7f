using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Tool.Tests;

/// <summary>A machine with a folder, variables and nothing else.</summary>
internal static class TestHost
{
    public static ToolHost Create(string folder, params (string Name, string Value)[] environment)
    {
        var variables = environment.ToDictionary(v => v.Name, v => v.Value);
        return new ToolHost
        {
            Output = new StringWriter(),
            Error = new StringWriter(),
            OpenInput = () => Stream.Null,
            OpenOutput = () => Stream.Null,
            Environment = variables,
            CurrentDirectory = folder,
            Self = ["msbuildkit"],
            HasTerminal = false,
            IsOutputTerminal = false,
            IsErrorTerminal = false,
            TerminalSize = () => (80, 24),
            Machine = Platform.LinuxAmd64,
            Worker = WorkerProgram.Of(folder, variables, "nobody"),
            OpenRegistries = () => throw new InvalidOperationException("There are no registries here."),
            OpenServices = _ => throw new InvalidOperationException("There are no services here."),
            Credentials = new HostCredentials(variables, folder),
            Time = new StillTime(),
            Cores = 2,
        };
    }
}
