using System.Net;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion.Translation;

/// <summary><c>RUN</c>: a command that runs in the stage's tree.</summary>
internal sealed class RunTranslator(ConversionScope scope, LlbState context, ContextPaths paths)
{
    private readonly RunMounts _mounts = new(scope, context, paths);
    private readonly IReadOnlyList<HostAddress> _hosts = Hosts(scope);

    public void Translate(StageNode stage, RunInstruction instruction, IReadOnlyList<StageNode?> sources)
    {
        // What a command reads nobody can tell.
        stage.UsedPaths.Add("/");
        var command = RunCommand.Of(stage, instruction);
        var mounts = _mounts.Read(stage, instruction, sources);
        var name = Name(stage, instruction, command, mounts);
        var tree = stage.Tree.Run(Options(stage, instruction, command, mounts), stage.Platform!, name).Root
            .WithDescription(StepNames.Command, instruction.Text).At(scope.Place(stage, instruction));
        stage.Tree = stage.IgnoreCache ? tree.WithoutCache() : tree;
        stage.Image.Record($"RUN {Args(stage)}{string.Join(' ', command.Args)} # buildkit", scope.Time, hasLayer: true);
    }

    private ExecOptions Options(StageNode stage, RunInstruction instruction, RunCommand command, MountedThings mounts) => new()
    {
        Args = command.Args, Environment = scope.Words.Environment(stage), WorkingDirectory = stage.WorkingDirectory, User = stage.User,
        Hostname = scope.Hostname, ExtraHosts = _hosts, Ulimits = scope.Request.Ulimits, CgroupParent = scope.Request.CgroupParent ?? "",
        Proxy = scope.Proxy, Devices = [.. instruction.Devices.Select(Device)], Network = Network(instruction), Security = Security(instruction),
        Mounts = [.. command.Mounts, .. mounts.Mounts, .. scope.Request.ShmSize > 0 ? [ExecMount.SharedMemory(scope.Request.ShmSize)] : Array.Empty<ExecMount>()],
        SecretEnvironment = mounts.Secrets,
    };

    private string Name(StageNode stage, RunInstruction instruction, RunCommand command, MountedThings mounts)
    {
        var text = command.Summary.Length == 0 ? instruction.Text : $"{instruction.Text} ({command.Summary})";
        var shown = mounts.Secrets.Aggregate(stage.Variables, (variables, secret) => variables.With(secret.Name, "****"));
        return scope.Name(stage, instruction, StepNames.WithKeyword(scope.Words.ShowCommand(text, shown)));
    }

    // The arguments that the command could see, as histories tell them.
    private static string Args(StageNode stage)
    {
        var names = stage.Args.Select(a => a.Key).Distinct().ToList();
        var pairs = names.Select(n => $"{n}={stage.Variables.Find(n) ?? stage.Args.First(a => a.Key == n).Value}");
        return names.Count == 0 ? "" : $"|{names.Count} {string.Join(' ', pairs)} ";
    }

    private NetMode Network(RunInstruction instruction) => instruction.Network switch
    {
        null or "default" => scope.Request.Network,
        "none" => NetMode.None,
        "host" => NetMode.Host,
        var other => throw new Fault(FaultCodes.BadStep, $"'{other}' is no network: it is 'default', 'none' or 'host'. Choose one of them."),
    };

    private static SecurityMode Security(RunInstruction instruction) => instruction.Security switch
    {
        null or "sandbox" => SecurityMode.Sandbox,
        "insecure" => SecurityMode.Insecure,
        var other => throw new Fault(FaultCodes.BadStep, $"'{other}' is no kind of security: it is 'sandbox' or 'insecure'. Choose one of them."),
    };

    // name, or name=...,required=...
    private static CDIDevice Device(string text)
    {
        var fields = text.Split(',').Select(f => f.Split('=', 2)).ToList();
        var name = fields[0].Length == 1 || fields[0][0] != "name" && fields[0][0] != "required" ? text.Split(',')[0] : fields.FirstOrDefault(f => f[0] == "name")?[1];
        if (string.IsNullOrEmpty(name)) throw new Fault(FaultCodes.BadStep, $"'{text}' names no device. Give its CDI name, such as 'vendor.example/class=name'.");
        return new CDIDevice { Name = name, Optional = !fields.Any(f => f[0] == "required" && (f.Length == 1 || f[1] is "true" or "1")) };
    }

    private static List<HostAddress> Hosts(ConversionScope scope)
    {
        var hosts = new List<HostAddress>();
        foreach (var (host, text) in scope.Request.ExtraHosts)
            if (IPAddress.TryParse(text.Trim('[', ']'), out var address)) hosts.Add(new HostAddress(host, address));
            else scope.Add(new DockerfileFault(FaultCodes.BadStep, $"The address '{text}' of the host '{host}' is not an IP address. Correct it.", new TextRange(1, 1, 1, 1)));
        return hosts;
    }
}
