using Microsoft.Build.Framework;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Tasks;

/// <summary>Reads <c>ContainerSecret</c> and <c>ContainerSsh</c>: where secrets are, never what they are. Nothing is looked at before a step asks.</summary>
internal sealed class SecretFactory(BuildImageParameters parameters, Problems problems, Func<string, string?> environment)
{
    private const string AgentVariable = "SSH_AUTH_SOCK";

    public Dictionary<string, ISecretSource> CreateSecrets() => Create(parameters.Secrets, "ContainerSecret", CreateSecret);

    public Dictionary<string, SshSource> CreateSsh() => Create(parameters.Ssh, "ContainerSsh", CreateSsh);

    private Dictionary<string, T> Create<T>(IReadOnlyList<ITaskItem> items, string type, Func<ITaskItem, T?> create) where T : class
    {
        var found = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var item in items)
            if (!LentId.IsValid(item.ItemSpec)) Refuse(type, $"'{item.ItemSpec}' is no id. Use letters, digits, '.', '_' and '-', at most 128.", item);
            else if (create(item) is { } source && !found.TryAdd(item.ItemSpec, source)) Refuse(type, $"'{item.ItemSpec}' is there twice. Keep one.", item);
        return found;
    }

    private ISecretSource? CreateSecret(ITaskItem item)
    {
        // Whatever stands in a project also stands in its logs. The value is not repeated here.
        if (item.GetMetadata("Value").Length > 0)
            return Refuse(item, $"'{item.ItemSpec}' has a Value, which would stand in the project and in every log. Change that secret, and write Environment, File or Command to say where it is.");
        var (variable, file, command) = (item.GetMetadata("Environment"), item.GetMetadata("File"), item.GetMetadata("Command"));
        if (new[] { variable, file, command }.Count(t => t.Length > 0) != 1)
            return Refuse(item, $"'{item.ItemSpec}' needs exactly one of Environment, File and Command. Write where the secret is.");
        if (variable.Length > 0)
            return ImageFactory.IsVariable(variable) ? new EnvironmentSecret(variable, environment) : Refuse(item, $"Environment '{variable}' of '{item.ItemSpec}' is no name of a variable. Write the name, not the value.");
        if (file.Length > 0)
            return Text.IsPath(file) ? new FileSecret(Path.GetFullPath(file, parameters.ProjectDirectory)) : Refuse(item, $"File '{file}' of '{item.ItemSpec}' is no path. Write one of a file.");
        return Text.IsValue(command) && CommandWords.Split(command) is { Count: > 0 } words && words[0].Length > 0
            ? new CommandSecret(words, parameters.ProjectDirectory, (environment("PATH") ?? "").Split(Path.PathSeparator))
            : Refuse(item, $"Command of '{item.ItemSpec}' is no command. Write a program and its arguments; quotes keep words together, and no shell reads them.");
    }

    private SshSource? CreateSsh(ITaskItem item)
    {
        var (socket, keys) = (item.GetMetadata("Socket"), MetadataList.Of(item, "Keys"));
        if (socket.Length > 0 && keys.Count > 0)
            return RefuseSsh(item, $"'{item.ItemSpec}' has both Socket and Keys. Keep one.");
        if (keys.FirstOrDefault(k => !Text.IsPath(k) || !File.Exists(Path.GetFullPath(k, parameters.ProjectDirectory))) is { } missing)
            return RefuseSsh(item, $"Keys of '{item.ItemSpec}' has '{missing}', which is not there or is no file. Write paths of private keys, with ';' between them.");
        if (keys.Count > 0) return new SshKeys([.. keys.Select(k => Path.GetFullPath(k, parameters.ProjectDirectory))]);
        if (socket.Length == 0) return new SshAgent(environment(AgentVariable) is { Length: > 0 } agent ? Path.GetFullPath(agent, parameters.ProjectDirectory) : null);
        return Text.IsPath(socket) ? new SshAgent(Path.GetFullPath(socket, parameters.ProjectDirectory)) : RefuseSsh(item, $"Socket '{socket}' of '{item.ItemSpec}' is no path. Write one of an agent's socket.");
    }

    private ISecretSource? Refuse(ITaskItem item, string text)
    {
        Refuse("ContainerSecret", text, item);
        return null;
    }

    private SshSource? RefuseSsh(ITaskItem item, string text)
    {
        Refuse("ContainerSsh", text, item);
        return null;
    }

    private void Refuse(string type, string text, ITaskItem item) => problems.Add(Problem.Secret, type, text, item);
}
