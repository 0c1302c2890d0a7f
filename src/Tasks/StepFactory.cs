using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tasks;

/// <summary>Reads <c>ContainerRun</c>: what runs while the image is built.</summary>
internal sealed partial class StepFactory(BuildImageParameters parameters, Problems problems)
{
    private const string Item = "ContainerRun";

    // Linux takes no longer argument (MAX_ARG_STRLEN, with its end).
    private const int LongestCommand = 128 * 1024 - 1;

    /// <summary>The steps of one image in the project's order, and the images that they mount files of.</summary>
    /// <param name="platform">Of the image: steps of others are left out.</param>
    public (IReadOnlyList<ProjectStep> Steps, IReadOnlyDictionary<string, BaseImage> Contexts) Create(Platform platform)
    {
        var contexts = new ContextFactory(parameters, problems);
        var mounts = new StepMountFactory(parameters, problems, contexts);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var steps = new List<ProjectStep>();
        foreach (var item in parameters.Steps)
        {
            if (!IsName().IsMatch(item.ItemSpec)) Refuse(item, $"'{item.ItemSpec}' is no name of a step. Use letters, digits, '.', '_' and '-', at most 64, and write the command as Command.");
            else if (!names.Add(item.ItemSpec)) Refuse(item, $"'{item.ItemSpec}' is there twice. Give each step a name of its own.");
            // What is wrong with a step of another platform is wrong here too.
            else if (CreateStep(item, mounts) is var step && IsFor(item, platform)) steps.Add(step);
        }
        return (steps, steps.SelectMany(s => s.Mounts).OfType<ImageMount>().Select(m => m.Context).Distinct().ToDictionary(c => c, c => contexts.Find(c)!.Image!, StringComparer.Ordinal));
    }

    private ProjectStep CreateStep(ITaskItem item, StepMountFactory mounts)
    {
        var (command, script) = ParseWhat(item);
        var secrets = new StepSecretFactory(parameters, problems);
        var step = new ProjectStep
        {
            Name = item.ItemSpec,
            Command = command,
            Script = script,
            Stage = ParseStage(item),
            User = ParseUser(item),
            WorkingDirectory = ParseWorkingDirectory(item),
            Environment = ParseEnvironment(item),
            Mounts = [.. mounts.Create(item)],
            Secrets = secrets.CreateSecrets(item),
            Ssh = secrets.CreateSsh(item),
            Network = ParseNetwork(item),
            Position = ItemPlace.Of(item, Item),
        };
        foreach (var twice in step.Mounts.Select(m => m.Target).Concat(step.Secrets.Select(s => s.Target).OfType<string>()).GroupBy(t => t, StringComparer.Ordinal).Where(g => g.Count() > 1))
            problems.Add(Problem.Mount, Item, $"'{item.ItemSpec}' mounts two things at '{twice.Key}'. Give each a place of its own.", item);
        return step;
    }

    private (string? Command, ProjectScript? Script) ParseWhat(ITaskItem item)
    {
        // Space around a command that stands in an element of its own is the file's, not the command's.
        var command = item.GetMetadata("Command").Trim();
        var hasScript = item.GetMetadata("Script").Length > 0;
        if (command.Length > 0 == hasScript)
        {
            Refuse(item, $"'{item.ItemSpec}' {(hasScript ? "has both Command and Script" : "has neither Command nor Script")}. Give it one of the two.");
            return (command, null);
        }
        if (hasScript) return (null, new ScriptFactory(parameters, problems).Create(item));
        if (!Text.IsValue(command)) Refuse(item, $"Command of '{item.ItemSpec}' has a NUL or half a character. Write a shell command.");
        if (command.Length > LongestCommand || System.Text.Encoding.UTF8.GetByteCount(command) > LongestCommand) Refuse(item, $"Command of '{item.ItemSpec}' is longer than a program takes. Put it into a file and name that as Script.");
        return (command, null);
    }

    private StepStage ParseStage(ITaskItem item)
    {
        switch (item.GetMetadata("Stage").ToLowerInvariant())
        {
            case "" or "base": return StepStage.Base;
            case "app": return StepStage.App;
            default:
                Refuse(item, "Stage", "is no stage. Choose Base, before the application's files, or App, after them.");
                return StepStage.Base;
        }
    }

    private string ParseUser(ITaskItem item)
    {
        var user = item.GetMetadata("User");
        if (user.Length == 0 || ImageFactory.IsUserAndGroup(user)) return user;
        Refuse(item, "User", "is no user. Write a name or a number up to 2147483647, with an optional group after ':'.");
        return "";
    }

    private string? ParseWorkingDirectory(ITaskItem item)
    {
        var given = item.GetMetadata("WorkingDirectory");
        if (given.Length == 0) return null;
        if (ImagePath.Normalize(given) is { } path) return path;
        Refuse(item, "WorkingDirectory", "is no absolute path in the image. Write one such as '/src'.");
        return null;
    }

    private List<KeyValuePair<string, string>> ParseEnvironment(ITaskItem item)
    {
        var variables = new List<KeyValuePair<string, string>>();
        foreach (var text in MetadataList.Of(item, "Environment"))
        {
            var equals = text.IndexOf('=');
            if (equals <= 0 || !ImageFactory.IsVariable(text[..equals]))
                Refuse(item, $"Environment of '{item.ItemSpec}' has '{text}', which is no variable. Write NAME=value, with ';' between several and '%3B' for one inside of a value.");
            else if (!Text.IsValue(text))
                Refuse(item, $"Environment of '{item.ItemSpec}' has a value with a NUL or half a character. Leave it out.");
            else
                variables.Add(new(text[..equals], text[(equals + 1)..]));
        }
        return variables;
    }

    private StepNetwork ParseNetwork(ITaskItem item)
    {
        switch (item.GetMetadata("Network").ToLowerInvariant())
        {
            case "" or "default": return StepNetwork.Default;
            case "none": return StepNetwork.None;
            case "host":
                if (!Text.IsOn(parameters.AllowHostNetwork, byDefault: false))
                    problems.Add(Problem.HostNetwork, Item, $"Network 'host' of '{item.ItemSpec}' lets the step reach all that this machine reaches, itself included. Set ContainerAllowHostNetwork to true if that is meant.", item);
                return StepNetwork.Host;
            default:
                Refuse(item, "Network", "is no network. Choose default, none or host.");
                return StepNetwork.Default;
        }
    }

    private bool IsFor(ITaskItem item, Platform platform)
    {
        var wanted = MetadataList.Of(item, "Platform");
        var isFor = wanted.Count == 0;
        foreach (var text in wanted)
            if ((RuntimeIdentifiers.ToPlatform(text) ?? FindPlatform(text)) is not { } found)
                Refuse(item, $"Platform '{text}' of '{item.ItemSpec}' is no platform. Write a runtime identifier such as linux-x64, or a platform such as linux/amd64.");
            else
                isFor |= found.Normalize().ToString() == platform.Normalize().ToString();
        return isFor;
    }

    private static Platform? FindPlatform(string text)
    {
        try
        {
            return Platform.Parse(text);
        }
        catch (OciException)
        {
            return null;
        }
    }

    private void Refuse(ITaskItem item, string metadata, string fault) => Refuse(item, $"{metadata} '{item.GetMetadata(metadata)}' of '{item.ItemSpec}' {fault}");

    private void Refuse(ITaskItem item, string text) => problems.Add(Problem.Step, Item, text, item);

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex IsName();
}
