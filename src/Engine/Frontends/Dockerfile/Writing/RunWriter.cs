using System.Globalization;
using System.Text;
using MsBuildKit.Engine.Frontends.Project;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Writing;

/// <summary>Writes <c>RUN</c>.</summary>
internal static class RunWriter
{
    private const string Indent = " \\\n    ", Delimiter = "EOF";

    /// <summary>The instruction of a step.</summary>
    public static string Write(RecipeStep step) => Write([.. Flags(step)], Script(step));

    /// <summary>An instruction.</summary>
    /// <param name="flags">Written as they are.</param>
    /// <param name="command">Text for the shell.</param>
    public static string Write(IReadOnlyList<string> flags, string command)
    {
        var text = new StringBuilder("RUN");
        foreach (var flag in flags) text.Append(flags.Count > 1 && flag != flags[0] ? Indent : " ").Append(flag);
        if (IsLine(command)) return text.Append(flags.Count > 0 ? Indent : " ").Append(command).Append('\n').ToString();
        var end = DelimiterOf(command);
        // A first line that names a program would be taken as a script's.
        var body = command.StartsWith("#!", StringComparison.Ordinal) ? "\n" + command : command;
        return text.Append(CultureInfo.InvariantCulture, $" <<'{end}'\n{body}\n{end}\n").ToString();
    }

    private static IEnumerable<string> Flags(RecipeStep step)
    {
        foreach (var mount in step.Mounts) yield return Mount(mount);
        var owner = Owner(step.User);
        foreach (var secret in step.Secrets) yield return DockerfileWords.Mount(Secret(secret, owner));
        foreach (var id in step.Ssh) yield return DockerfileWords.Mount([("type", "ssh"), ("id", id), .. owner]);
        if (step.Network != StepNetwork.Default) yield return $"--network={(step.Network == StepNetwork.Host ? "host" : "none")}";
    }

    private static string Mount(StepMount mount) => mount switch
    {
        StepCache cache => DockerfileWords.Mount(("type", "cache"), ("id", cache.Id), ("target", cache.Target), ("sharing", cache.Sharing.ToString().ToLowerInvariant())),
        StepMemory memory => DockerfileWords.Mount([("type", "tmpfs"), ("target", memory.Target), .. memory.Size > 0 ? [("size", memory.Size.ToString(CultureInfo.InvariantCulture))] : Array.Empty<(string, string?)>()]),
        RecipeBind bind => DockerfileWords.Mount(Bind(bind)),
        _ => throw new ArgumentOutOfRangeException(nameof(mount)),
    };

    private static IEnumerable<(string, string?)> Bind(RecipeBind bind)
    {
        yield return ("type", "bind");
        if (bind.From is { } from) yield return ("from", from);
        if (bind.Source.Trim('/').Length > 0) yield return ("source", bind.Source);
        yield return ("target", bind.Target);
        if (bind.Writable) yield return ("rw", null);
    }

    private static IEnumerable<(string, string?)> Secret(StepSecret secret, IReadOnlyList<(string, string?)> owner)
    {
        yield return ("type", "secret");
        yield return ("id", secret.Id);
        if (secret.Target is { } target) yield return ("target", target);
        if (secret.Variable is { } variable) yield return ("env", variable);
        if (secret.Required) yield return ("required", null);
        if (secret.Target is null) yield break;
        foreach (var field in owner) yield return field;
    }

    // Who a name is nobody knows before the image is there: what it gets may be anybody's then, for nobody else is in the step.
    private static IReadOnlyList<(string, string?)> Owner(string user)
    {
        var parts = user.Split(':');
        if (user.Length == 0 || parts[0] is "root" or "0") return [];
        if (!parts[0].All(char.IsAsciiDigit)) return [("mode", "0666")];
        return [("uid", parts[0]), ("gid", parts.Length > 1 && parts[1].All(char.IsAsciiDigit) ? parts[1] : "0")];
    }

    private static string Script(RecipeStep step)
    {
        var lines = new List<string>();
        if (step.Platforms.Count > 0) lines.Add($"case \"$TARGETPLATFORM\" in {string.Join('|', step.Platforms)}) ;; *) exit 0 ;; esac");
        foreach (var (name, value) in step.Environment) lines.Add($"export {name}={DockerfileWords.Shell(value)}");
        return string.Join('\n', [.. lines, step.Command]);
    }

    private static bool IsLine(string command) =>
        DockerfileWords.CanSay(command) && command.Length > 0 && !command.EndsWith('\\') && !command.Contains("<<", StringComparison.Ordinal)
        && command[0] is not ('[' or '#' or '-' or ' ' or '\t');

    private static string DelimiterOf(string command)
    {
        var lines = command.Split('\n').ToHashSet(StringComparer.Ordinal);
        var end = Delimiter;
        for (var i = 1; lines.Contains(end); i++) end = Delimiter + i.ToString(CultureInfo.InvariantCulture);
        return end;
    }
}
