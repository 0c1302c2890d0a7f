using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Workers.Remote;

namespace MsBuildKit.Tool.Commands;

/// <summary>The whole command line: finds the command, runs it, and says what went wrong.</summary>
internal static class ToolCommand
{
    private const string DetailsVariable = "MSBUILDKIT_DETAILS";

    private const string Description = """
        Builds images of Dockerfiles, and looks after what MsBuildKit builds.

        Examples:
          msbuildkit build -t shop:1 --load .      build a Dockerfile's image, as 'docker buildx build' does
          msbuildkit dockerfile from-project A.csproj   a Dockerfile that makes what the project makes without one
          msbuildkit inspect obj/container         what is in the image that a publish left
          msbuildkit du                            how large the store is, and of what
          msbuildkit prune --keep-storage 10GB     remove what was not used longest, down to 10 GB
          msbuildkit verify --repair               remove what the disk damaged; it is built or pulled anew
          msbuildkit cache-mount list              the caches that steps keep; export and import carry them to another machine
          msbuildkit doctor                        what steps need of this machine, and how to get it

        Exit codes: 0 all well, 1 faults found, 2 the command could not do its work.
        """;

    public static async Task<int> RunAsync(ToolHost host, string[] args)
    {
        var result = Create(host).Parse(args.Length == 0 ? ["--help"] : args);
        if (result.Action is ParseErrorAction) return Refuse(host, result);
        try
        {
            var configuration = new InvocationConfiguration { Output = host.Output, Error = host.Error, EnableDefaultExceptionHandler = false };
            // They have signals of their own, and take their time.
            if (result.CommandResult.Command.Name is ServeCommand.Name or SolverProgram.CommandName) configuration.ProcessTerminationTimeout = null;
            return await result.InvokeAsync(configuration, CancellationToken.None).ConfigureAwait(false);
        }
        catch (BuildException e)
        {
            await host.Error.WriteLineAsync($"error {e.Code}: {e.Message}").ConfigureAwait(false);
            return ExitCodes.Failed;
        }
        catch (OperationCanceledException)
        {
            await host.Error.WriteLineAsync("Cancelled.").ConfigureAwait(false);
            return ExitCodes.Cancelled;
        }
        catch (Exception e)
        {
            // A stack is for those who mend the tool, not for those who use it.
            var details = host.Environment.GetValueOrDefault(DetailsVariable) is "1" or "true" ? $"\n{e}" : $" Run it again with {DetailsVariable}=1, and please report what it says.";
            await host.Error.WriteLineAsync($"error {ToolException.Unforeseen}: The command failed in a way that nobody foresaw: {e.Message.TrimEnd('.')}.{details}").ConfigureAwait(false);
            return ExitCodes.Failed;
        }
    }

    private static RootCommand Create(ToolHost host)
    {
        var store = new StoreOption(host);
        return new RootCommand(Description)
        {
            store.Option,
            BuildCommand.Create(host, store),
            ServeCommand.Create(host, store),
            SolveRemoteCommand.Create(host),
            DockerfileCommand.Create(host),
            InspectCommand.Create(host, store),
            DuCommand.Create(host, store),
            PruneCommand.Create(host, store),
            VerifyCommand.Create(host, store),
            CacheMountCommand.Create(host, store),
            DoctorCommand.Create(host, store),
            DebugCommand.Create(host, store),
        };
    }

    private static int Refuse(ToolHost host, ParseResult result)
    {
        foreach (var fault in result.Errors) host.Error.WriteLine($"error: {fault.Message}");
        var names = new List<string>();
        for (SymbolResult? at = result.CommandResult; at is CommandResult command; at = at.Parent) names.Insert(0, command.Command.Name);
        host.Error.WriteLine($"See '{string.Join(' ', names)} --help'.");
        return ExitCodes.Failed;
    }
}
