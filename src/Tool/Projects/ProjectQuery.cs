using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Build;

namespace MsBuildKit.Tool.Projects;

/// <summary>Asks MSBuild about a project. Nothing of it is built.</summary>
/// <param name="host">The machine.</param>
/// <param name="project">Absolute.</param>
/// <param name="properties">Each <c>NAME=VALUE</c>.</param>
internal sealed class ProjectQuery(ToolHost host, string project, IReadOnlyList<string> properties)
{
    private static readonly string[] s_targets = ["_MsBuildKitSetDefaults", "_MsBuildKitInferBase", "_MsBuildKitGenerateLabels"];

    private static readonly string[] s_properties =
    [
        "AssemblyName", "ContainerAppCommandInstruction", "ContainerBaseDistribution", "ContainerBaseImage", "ContainerDockerfile", "ContainerExcludeSymbols",
        "ContainerGenerateLabels", "ContainerGenerateLabelsImageBaseDigest", "ContainerGenerateLabelsImageBaseName", "ContainerGenerateLabelsImageCreated",
        "ContainerRuntimeIdentifier", "ContainerRuntimeIdentifiers", "ContainerStopSignal", "ContainerUser", "ContainerWorkingDirectory", "PublishAot",
        "PublishSelfContained", "PublishSingleFile", "RuntimeIdentifier", "RuntimeIdentifiers", "SelfContained", "TargetFileName", "TargetFramework",
        "TargetFrameworks", "UsingMicrosoftNETSdkWeb", "_MsBuildKitSeveral", "_TargetFrameworkVersionWithoutV",
    ];

    private static readonly string[] s_items =
    [
        "ContainerAnnotation", "ContainerAppCommand", "ContainerAppCommandArgs", "ContainerContext", "ContainerDefaultArgs", "ContainerEntrypoint",
        "ContainerEntrypointArgs", "ContainerEnvironmentVariable", "ContainerFile", "ContainerHealthcheck", "ContainerLabel", "ContainerPackage", "ContainerPort",
        "ContainerRun", "ContainerVolume", "_MsBuildKitLabel",
    ];

    /// <summary>What the image is made of; throws MBK2305 when the project cannot be asked.</summary>
    /// <param name="more">Further properties.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ProjectAnswer> AskAsync(IEnumerable<string> more, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var answer = folder.PathOf("answer.json");
        await RunAsync([$"-t:{string.Join(';', s_targets)}", $"-getProperty:{string.Join(',', s_properties)}", $"-getItem:{string.Join(',', s_items)}", $"-getResultOutputFile:{answer}", .. Properties(more)], cancellationToken).ConfigureAwait(false);
        return new ProjectAnswer(await ReadAsync(answer, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The project, every one that it needs, and the configurations of NuGet that count for them: absolute paths, in order.</summary>
    public async Task<IReadOnlyList<string>> FindProjectsAsync(CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var graph = folder.PathOf("graph.json");
        await RunAsync(["-t:GenerateRestoreGraphFile", $"-p:RestoreGraphOutputPath={graph}", .. Properties([])], cancellationToken).ConfigureAwait(false);
        var projects = (await ReadAsync(graph, cancellationToken).ConfigureAwait(false)).GetProperty("projects").EnumerateObject().ToList();
        var configurations = projects.Where(p => p.Value.GetProperty("restore").TryGetProperty("configFilePaths", out _))
            .SelectMany(p => p.Value.GetProperty("restore").GetProperty("configFilePaths").EnumerateArray().Select(f => f.GetString()!));
        // Those of a user or a machine are not the project's.
        var own = configurations.Where(c => project.StartsWith(Path.GetDirectoryName(c)!.TrimEnd('/') + "/", StringComparison.Ordinal));
        return [.. projects.Select(p => p.Name).Append(project).Concat(own).Distinct().Order(StringComparer.Ordinal)];
    }

    private IEnumerable<string> Properties(IEnumerable<string> more) => new[] { "Configuration=Release", "_IsPublishing=true" }.Concat(properties).Concat(more).Select(p => "-p:" + p);

    private async Task RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var dotnet = FindDotnet() ?? throw Fault("there is no 'dotnet' on the PATH. Install the .NET SDK");
        try
        {
            using var process = Process.Start(new ProcessStartInfo(dotnet, ["msbuild", project, "-nologo", .. arguments])
            {
                WorkingDirectory = Path.GetDirectoryName(project), RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            process.StandardInput.Close();
            await using var stop = cancellationToken.Register(() => process.Kill(entireProcessTree: true)).ConfigureAwait(false);
            var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None)).ConfigureAwait(false);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (process.ExitCode == 0) return;
            var first = string.Concat(said).Split('\n').FirstOrDefault(l => l.Contains("error ", StringComparison.Ordinal))?.Trim() ?? "it does not say why";
            throw Fault(first.Contains("MSB4057", StringComparison.Ordinal) ? "it does not use MsBuildKit. Import its SDK (README.md says how)" : $"{first.TrimEnd('.')}. Mend that, or give what it lacks with -p:NAME=VALUE");
        }
        catch (Win32Exception e)
        {
            throw Fault($"'{dotnet}' cannot be started: {e.Message.TrimEnd('.')}. Install the .NET SDK", e);
        }
    }

    private string? FindDotnet() =>
        new[] { host.Environment.GetValueOrDefault("DOTNET_HOST_PATH", "") }
            .Concat(host.Environment.GetValueOrDefault("PATH", "").Split(Path.PathSeparator).Select(f => Path.Combine(f, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet")))
            .FirstOrDefault(p => Path.IsPathFullyQualified(p) && File.Exists(p));

    private async Task<JsonElement> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false));
            return document.RootElement.Clone();
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw Fault("MSBuild gave no answer. Use the .NET SDK 10 or newer", e);
        }
    }

    private ToolException Fault(string why, Exception? inner = null) =>
        new(ToolException.ProjectUnreadable, ErrorKind.FailedPrecondition, $"The project '{project}' cannot be asked what its image is: {why}.", inner);
}
