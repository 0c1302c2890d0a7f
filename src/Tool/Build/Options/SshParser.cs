using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Tool.Build.Options;

/// <summary>Reads <c>--ssh</c>: <c>ID</c> for the agent of the environment, <c>ID=SOCKET</c> for another, <c>ID=KEY,KEY</c> for keys in files.</summary>
internal sealed class SshParser(string currentDirectory, IReadOnlyDictionary<string, string> environment, OptionFaults faults)
{
    private const string Option = "--ssh", AgentVariable = "SSH_AUTH_SOCK";

    public Dictionary<string, SshSource> Parse(IEnumerable<string> texts)
    {
        var sources = new Dictionary<string, SshSource>(StringComparer.Ordinal);
        foreach (var text in texts)
            if (ParseOne(text) is var (id, source) && !sources.TryAdd(id, source)) Refuse(text, $"is the second of the id '{id}'. Keep one.");
        return sources;
    }

    private (string Id, SshSource Source)? ParseOne(string text)
    {
        var parts = text.Split('=', 2);
        if (!LentId.IsValid(parts[0])) return Refuse(text, "begins with no id. Write 'default', or another name of letters, digits, '.', '_' and '-'.");
        if (parts.Length == 1)
            return (parts[0], new SshAgent(environment.GetValueOrDefault(AgentVariable) is { Length: > 0 } agent ? Path.GetFullPath(agent, currentDirectory) : null));
        var names = parts[1].Split(',');
        if (names.Contains("")) return Refuse(text, "has an empty path. Write the path of an agent's socket, or those of private keys with ',' between them.");
        List<string> paths = [.. names.Select(n => Path.GetFullPath(n, currentDirectory))];
        if (paths.FirstOrDefault(p => !File.Exists(p)) is { } missing) return Refuse(text, $"has '{missing}', which is not there or is no file. Write the path of an agent's socket, or those of private keys.");
        if (!paths.Any(IsSocket)) return (parts[0], new SshKeys(paths));
        return paths.Count == 1 ? (parts[0], new SshAgent(paths[0])) : Refuse(text, "has an agent's socket and more. Write either one socket or keys.");
    }

    // A socket is there, but cannot be opened as a file.
    private static bool IsSocket(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private (string, SshSource)? Refuse(string text, string fault)
    {
        faults.Add(Option, $"'{text}' {fault}");
        return null;
    }
}
