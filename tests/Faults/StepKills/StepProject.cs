using MsBuildKit.Engine;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Faults.Projects;
using MsBuildKit.Faults.Steps;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;
using StepNetwork = MsBuildKit.Engine.Frontends.Project.StepNetwork;

namespace MsBuildKit.Faults.StepKills;

/// <summary>A project whose image takes three steps: with a cache, a secret, a key and a network.</summary>
/// <param name="folder">Of the user who builds.</param>
internal sealed class StepProject(string folder)
{
    private const string Application = "app/run", Key = "key", Base = "base";

    public string Store => Path.Combine(folder, "cache");

    public string Output => Path.Combine(folder, "out");

    /// <summary>Writes the base image, the application and the key.</summary>
    public async Task WriteAsync()
    {
        HostileImage.Write(Path.Combine(folder, Base), [StepBed.Busybox()], Compression.Gzip);
        Directory.CreateDirectory(Path.Combine(folder, "app"));
        await File.WriteAllTextAsync(Path.Combine(folder, Application), "#!/bin/sh\n");
        (await Command.RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, Key)])).Succeeded();
    }

    /// <summary>Builds; the answer is the image's digest.</summary>
    public async Task<Digest> BuildAsync(CancellationToken cancellationToken)
    {
        var services = ProjectPool.Services with { Worker = FindWorker };
        var result = await new Builder(services).BuildAsync(Request(), new Progress<BuildEvent>(), cancellationToken);
        return result.Image.Digest;
    }

    private BuildRequest Request() => new()
    {
        ProjectName = "Shop", Repository = "team/shop", Tags = ["1.0"], SourceDateEpoch = 1_700_000_000,
        OutputDirectory = Output, CacheDirectory = Store, Outputs = [new ArchiveOutput(Path.Combine(Output, "image.tar"), Docker: false)],
        Secrets = new Dictionary<string, ISecretSource> { ["app"] = new FileSecret(Path.Combine(folder, Application)) },
        Ssh = new Dictionary<string, SshSource> { ["default"] = new SshKeys([Path.Combine(folder, Key)]) },
        Images =
        [
            new ProjectImage
            {
                Platform = Platform.LinuxAmd64, Base = new LocalBase(Path.Combine(folder, Base), null),
                Files = [new ProjectFile("/app/run", Path.Combine(folder, Application), new Component(ComponentKind.Application, "Shop", "1.0"))],
                Config = new ProjectImageConfig { WorkingDirectory = "/app", AppCommand = ["/app/run"] },
                Steps =
                [
                    new ProjectStep { Name = "cache", Command = "echo kept > /c/kept; sleep 0.1; echo one > /one", Network = StepNetwork.None, Mounts = [new StepCache("/c", "c", StepSharing.Locked)] },
                    // Deaf to polite signals, and with a child that would outlive it.
                    new ProjectStep { Name = "network", Command = "trap '' TERM INT; sleep 1000 & sleep 0.1; echo two > /two", Secrets = [new StepSecret("app", "/run/secrets/app", null, Required: true)], Ssh = ["default"] },
                    new ProjectStep { Name = "application", Stage = StepStage.App, Command = "sha256sum /app/run > /three; sleep 0.05", Network = StepNetwork.None },
                ],
            },
        ],
    };

    private static WorkerProgram FindWorker()
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return new WorkerProgram
        {
            Command = [ProgramPath.Find(path, "dotnet")!, Path.Combine(AppContext.BaseDirectory, "msbuildkit-worker.dll")],
            SearchPath = path.Split(Path.PathSeparator),
            User = HostUser.Current("/etc/passwd", null),
        };
    }
}
