using System.Collections;
using System.Runtime.InteropServices;
using System.Text;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Packages;
using MsBuildKit.Engine.Workers.Git;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Tool;
using MsBuildKit.Tool.Commands;

#pragma warning disable RS0030 // The one place where the tool takes what all else gets as a parameter.
var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
using var output = new StreamWriter(Console.OpenStandardOutput(), utf8);
using var error = new StreamWriter(Console.OpenStandardError(), utf8) { AutoFlush = true };
var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);
var worker = WorkerProgram.Of(AppContext.BaseDirectory, environment, Environment.UserName);
var openRegistries = (ICredentialSource? credentials) => Registries.OfHost(environment, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), TimeProvider.System, new Random(), credentials);
var host = new ToolHost
{
    Output = output,
    Error = error,
    OpenInput = Console.OpenStandardInput,
    OpenOutput = Console.OpenStandardOutput,
    Environment = environment,
    CurrentDirectory = Environment.CurrentDirectory,
    Self = Environment.ProcessPath is { } program && Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, typeof(ToolHost).Assembly.Location] : [Environment.ProcessPath!],
    HasTerminal = !Console.IsInputRedirected && !Console.IsOutputRedirected,
    IsOutputTerminal = !Console.IsOutputRedirected,
    IsErrorTerminal = !Console.IsErrorRedirected,
    TerminalSize = () => (Console.WindowWidth, Console.WindowHeight),
    Machine = MachinePlatform.Of(RuntimeInformation.OSArchitecture),
    Worker = worker,
    OpenRegistries = () => openRegistries(null),
    OpenServices = credentials => new BuilderServices
    {
        Time = TimeProvider.System,
        Registries = openRegistries(credentials),
        Files = new WebFiles(new RegistryOptions { Time = TimeProvider.System, Random = new Random() }),
        Git = GitOptions.Of(environment, TimeProvider.System),
        Mirrors = PackageComposer.CreateClient(),
        Worker = () => worker,
        LocalEngines = new LocalEngineLoader(environment.GetValueOrDefault("PATH", "").Split(Path.PathSeparator)),
    },
    Credentials = new HostCredentials(environment, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)),
    Time = TimeProvider.System,
    Cores = Environment.ProcessorCount,
};
#pragma warning restore RS0030
return await ToolCommand.RunAsync(host, args).ConfigureAwait(false);
