using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Tool.Build.Options;

/// <summary>Reads <c>--secret</c>: where secrets are, never what they are.</summary>
internal sealed class SecretParser(string currentDirectory, IReadOnlyDictionary<string, string> environment, OptionFaults faults)
{
    private const string Option = "--secret";

    private static readonly string[] s_keys = ["id", "src", "source", "env", "type"];

    public Dictionary<string, ISecretSource> Parse(IEnumerable<string> texts)
    {
        var secrets = new Dictionary<string, ISecretSource>(StringComparer.Ordinal);
        foreach (var text in texts)
            if (OptionFields.Read(Option, text, s_keys, faults) is { } fields && ParseOne(fields) is var (id, source) && !secrets.TryAdd(id, source))
                Refuse(text, $"is the second of the id '{id}'. Keep one.");
        return secrets;
    }

    private (string Id, ISecretSource Source)? ParseOne(OptionFields fields)
    {
        var (id, type, file, variable) = (fields.Find("id"), fields.Find("type"), fields.Find("src", "source"), fields.Find("env"));
        if (id is null) return Refuse(fields.Text, "has no id. Add id=NAME, which is what 'RUN --mount=type=secret,id=NAME' asks for.");
        if (!LentId.IsValid(id)) return Refuse(fields.Text, $"has the id '{id}', which is none. Use letters, digits, '.', '_' and '-', at most 128.");
        if (type is not (null or "file" or "env")) return Refuse(fields.Text, $"has the type '{type}', which is none. Choose file or env.");
        // As with Docker, a secret of a variable may name it as its source.
        if (type == "env" && variable is null) (variable, file) = (file, null);
        if (file is not null && variable is not null) return Refuse(fields.Text, "has both src and env. Keep one.");
        if (file is null && variable is null && (type == "env" || environment.ContainsKey(id))) variable = id;
        if (variable is not null) return (id, new EnvironmentSecret(variable, environment.GetValueOrDefault));
        var path = Path.GetFullPath(file ?? id, currentDirectory);
        if (File.Exists(path)) return (id, new FileSecret(path));
        return Refuse(fields.Text, file is null ? $"says not where the secret is: there is neither a variable nor a file '{id}'. Add src=FILE or env=VARIABLE." : $"has the src '{file}', which is no file that is there. Write the path of one.");
    }

    private (string, ISecretSource)? Refuse(string text, string fault)
    {
        faults.Add(Option, $"'{text}' {fault}");
        return null;
    }
}
