using System.Globalization;
using System.Text;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Writing;

/// <summary>Writes a Dockerfile that makes, with plain Docker, the image that a project makes without one.</summary>
/// <remarks>A stage publishes the application, on the machine's own platform for any other; the last one says what stands around it, in the order in
/// which the project's own build does it: the base, steps on it, the application, extra files, steps on all of it, the configuration. The same recipe
/// gives the same text.</remarks>
public sealed class DockerfileWriter
{
    private const string Packages = "--mount=type=cache,id=nuget,target=/root/.nuget/packages";

    private readonly StringBuilder _text = new();
    private readonly List<string> _unsaid = [];
    private readonly ImageRecipe _recipe;
    private string _user = "", _folder = "";

    private DockerfileWriter(ImageRecipe recipe) => _recipe = recipe;

    /// <summary>Writes it.</summary>
    public static WrittenDockerfile Write(ImageRecipe recipe)
    {
        var writer = new DockerfileWriter(recipe);
        writer.WriteHead();
        writer.WritePublish();
        writer.WriteImage();
        return new WrittenDockerfile(writer._text.ToString(), writer._unsaid);
    }

    private string Owner => _recipe.Config.User
        ?? (ImageConfigEditor.FindVariable(_recipe.BaseEnvironment, "APP_UID") is null ? "${APP_UID:-root}" : "$APP_UID");

    private void WriteHead()
    {
        Line("# syntax=docker/dockerfile:1");
        Line($"# Makes the image of {Printed(_recipe.Project)}. The context is the folder in which that path begins.");
        string[] lent = [.. _recipe.Steps.SelectMany(s => s.Secrets).Select(s => "--secret id=" + s.Id).Distinct(), .. _recipe.Steps.SelectMany(s => s.Ssh).Select(id => "--ssh " + id).Distinct()];
        if (lent.Length > 0) Line($"# Lend it {string.Join(' ', lent)}.");
        foreach (var unsaid in _recipe.Unsaid) Leave(unsaid);
    }

    private void WritePublish()
    {
        var publish = _recipe.Publish;
        foreach (var (name, image) in _recipe.Images) Line($"\nFROM {image} AS {name}");
        Line($"\nFROM {(publish.CrossBuilds ? "--platform=$BUILDPLATFORM " : "")}{publish.SdkImage} AS build");
        Line("ARG TARGETARCH");
        if (publish.Prepare is { } prepare) _text.Append(RunWriter.Write([], prepare));
        Line("WORKDIR /src");
        Line("# What a restore reads comes first: it is not done again when only code changes.");
        Line($"COPY --parents {Words([.. publish.RestoreFiles.Select(DockerfileWords.Pattern), "./"])}");
        var project = DockerfileWords.Shell(_recipe.Project);
        _text.Append(RunWriter.Write([Packages], string.Join(' ', ["dotnet restore", project, .. publish.Arguments])));
        // What was built or restored elsewhere would take the place of what was restored here.
        Line("COPY --exclude=**/bin --exclude=**/obj . .");
        var command = string.Join(' ', ["dotnet publish", project, .. publish.Arguments, .. publish.PublishArguments, "--no-restore -o /publish"]);
        foreach (var name in publish.LeftOut) command += $" && find /publish -name {DockerfileWords.Shell(name)} -delete";
        _text.Append(RunWriter.Write([Packages], command));
    }

    private void WriteImage()
    {
        Line($"\nFROM {_recipe.Base}");
        WriteComposed();
        if (_recipe.Steps.Any(s => s.Platforms.Count > 0)) Line("ARG TARGETPLATFORM");
        WriteSteps(StepStage.Base, "/");
        Line($"COPY --from=build --chown={Owner} {Words(["/publish/", Folder(_recipe.Config.WorkingDirectory)])}");
        foreach (var file in _recipe.Files)
            Line($"COPY --chown={file.Owner ?? Owner} {(file.Mode is { } mode ? $"--chmod={mode} " : "")}{Words([DockerfileWords.Pattern(file.Source), file.Target])}");
        WriteSteps(StepStage.App, _recipe.Config.WorkingDirectory);
        Enter(_recipe.Config.WorkingDirectory);
        WriteSettings();
        WriteCommand();
    }

    private void WriteComposed()
    {
        if (_recipe.BasePackages is not { } packages) return;
        if (packages.Count > 0)
            _text.Append(RunWriter.Write([], $"apt-get update && apt-get install -y --no-install-recommends {string.Join(' ', packages.Select(DockerfileWords.Shell))} && rm -rf /var/lib/apt/lists/*"));
        if (ImageConfigEditor.FindVariable(_recipe.BaseEnvironment, "APP_UID") is { } uid)
            _text.Append(RunWriter.Write([], $"groupadd -g {uid} app && useradd -m -u {uid} -g {uid} app"));
        foreach (var variable in _recipe.BaseEnvironment)
            WriteVariable(variable[..variable.IndexOf('=', StringComparison.Ordinal)], variable[(variable.IndexOf('=', StringComparison.Ordinal) + 1)..]);
    }

    private void WriteSteps(StepStage stage, string folder)
    {
        foreach (var step in _recipe.Steps.Where(s => s.Stage == stage))
        {
            Become(step.User.Length > 0 ? step.User : "root");
            Enter(step.WorkingDirectory ?? folder);
            Line($"# {step.Name}");
            _text.Append(RunWriter.Write(step));
        }
    }

    private void WriteSettings()
    {
        var config = _recipe.Config;
        foreach (var (name, value) in config.Environment) WriteVariable(name, value);
        var environment = ImageConfigEditor.MergeEnvironment(_recipe.BaseEnvironment, config.Environment);
        var ports = config.Ports.Concat(PortInference.FromEnvironment(environment)).Distinct().Order(StringComparer.Ordinal).ToList();
        if (ports.Count > 0) Line($"EXPOSE {string.Join(' ', ports)}");
        foreach (var (key, value) in Labels()) WriteLabel(key, value);
        if (config.Volumes.Count > 0) Line($"VOLUME {DockerfileWords.ExpandedArray(config.Volumes)}");
        if (config.StopSignal is { } signal) Line($"STOPSIGNAL {signal}");
        if (config.Healthcheck is { } check) WriteHealthcheck(check);
        Become(Owner);
    }

    private void WriteVariable(string name, string value)
    {
        if (DockerfileWords.CanSay(value)) Line($"ENV {name}={DockerfileWords.Word(value)}");
        else Leave($"the variable '{name}', whose value has more than one line");
    }

    private SortedDictionary<string, string> Labels()
    {
        var (config, labels) = (_recipe.Config, new SortedDictionary<string, string>(StringComparer.Ordinal));
        if (config.LabelBaseName && _recipe.BaseName is { } name) labels[AnnotationKeys.BaseName] = name;
        if (config.LabelBaseDigest && _recipe.BaseDigest is { } digest) labels[AnnotationKeys.BaseDigest] = digest;
        foreach (var (key, value) in config.GeneratedLabels.Concat(config.Labels)) labels[key] = value;
        return labels;
    }

    private void WriteLabel(string key, string value)
    {
        if (!DockerfileWords.CanSay(value)) Leave($"the label '{Printed(key)}', whose value has more than one line");
        else if (key.Contains('=', StringComparison.Ordinal)) Leave($"the label '{Printed(key)}', whose key has a '='");
        else Line($"LABEL {DockerfileWords.Word(key)}={(value.Length == 0 ? "\"\"" : DockerfileWords.Word(value))}");
    }

    private void WriteHealthcheck(HealthcheckConfig check)
    {
        if (check.Test is ["NONE"])
        {
            Line("HEALTHCHECK NONE");
            return;
        }
        var flags = new List<string>();
        foreach (var (name, time) in new[] { ("interval", check.Interval), ("timeout", check.Timeout), ("start-period", check.StartPeriod), ("start-interval", check.StartInterval) })
            if (time is > 0 and var given) flags.Add($"--{name}={Duration(given)}");
        if (check.Retries is > 0 and var retries) flags.Add(string.Create(CultureInfo.InvariantCulture, $"--retries={retries}"));
        Line(string.Join(' ', ["HEALTHCHECK", .. flags, "CMD", Test(check.Test ?? [])]));
    }

    // A text that an instruction would read as something else is handed to the shell by name, which runs the same.
    private static string Test(IReadOnlyList<string> test)
    {
        if (test is not ["CMD-SHELL", var command]) return DockerfileWords.Array(test.Skip(1));
        var isLine = DockerfileWords.CanSay(command) && command == command.Trim() && command.Length > 0 && command[0] != '[' && !command.EndsWith('\\');
        return isLine ? command : DockerfileWords.Array(["/bin/sh", "-c", command]);
    }

    private void WriteCommand()
    {
        var command = AppCommandLine.Place(_recipe.Config, null);
        if (command.Entrypoint.Count > 0) Line($"ENTRYPOINT {DockerfileWords.Array(command.Entrypoint)}");
        if (command.Cmd.Count > 0) Line($"CMD {DockerfileWords.Array(command.Cmd)}");
    }

    private void Become(string user)
    {
        if (_user != user) Line($"USER {_user = user}");
    }

    private void Enter(string folder)
    {
        if (_folder != folder) Line($"WORKDIR {DockerfileWords.Word(_folder = folder)}");
    }

    private void Leave(string what)
    {
        _unsaid.Add(what);
        Line($"# Not said here: {Printed(what)}.");
    }

    private void Line(string text) => _text.Append(text).Append('\n');

    private static string Words(IReadOnlyList<string> words)
    {
        List<string> written = [.. words.Select(DockerfileWords.Word)];
        return written.SequenceEqual(words) ? string.Join(' ', words) : DockerfileWords.Array(written);
    }

    private static string Folder(string path) => path.EndsWith('/') ? path : path + "/";

    private static string Printed(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));

    private static string Duration(long nanoseconds)
    {
        foreach (var (unit, size) in new[] { ("s", 1_000_000_000L), ("ms", 1_000_000), ("us", 1_000) })
            if (nanoseconds % size == 0) return string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / size}{unit}");
        return string.Create(CultureInfo.InvariantCulture, $"{nanoseconds}ns");
    }
}
