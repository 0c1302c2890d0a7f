using System.Text.Json.Nodes;

namespace MsBuildKit.TestKit.Real;

/// <summary>An unpacked image with its runtime configuration (OCI runtime-spec).</summary>
public sealed record Bundle(string Path)
{
    /// <summary>The file tree.</summary>
    public string Root => System.IO.Path.Combine(Path, "rootfs");

    private string ConfigPath => System.IO.Path.Combine(Path, "config.json");

    /// <summary>What the runtime will start.</summary>
    public JsonObject ReadConfig() => (JsonObject)JsonNode.Parse(File.ReadAllText(ConfigPath))!;

    /// <summary>Sets an environment variable of what will be started.</summary>
    public void SetVariable(string name, string value)
    {
        var config = ReadConfig();
        var environment = config["process"]!["env"]!.AsArray();
        foreach (var old in environment.Where(e => e!.GetValue<string>().StartsWith(name + "=", StringComparison.Ordinal)).ToList()) environment.Remove(old);
        environment.Add($"{name}={value}");
        File.WriteAllText(ConfigPath, config.ToJsonString());
    }

    /// <summary>Adapts the configuration to the tests' machines: the host's network, no terminal, no cgroups, and no user namespace of its
    /// own, since the one it is started in is all that it needs.</summary>
    public void ShareHost()
    {
        var config = ReadConfig();
        // The newest version that every runtime we meet accepts; nothing of later ones is used.
        config["ociVersion"] = "1.0.2";
        config["process"]!["terminal"] = false;
        var mounts = config["mounts"]!.AsArray();
        foreach (var mount in mounts.Where(m => m!["destination"]!.GetValue<string>().StartsWith("/sys", StringComparison.Ordinal)).ToList()) mounts.Remove(mount);
        var linux = config["linux"]!.AsObject();
        foreach (var name in new[] { "uidMappings", "gidMappings", "resources" }) linux.Remove(name);
        linux["namespaces"] = new JsonArray([.. new[] { "pid", "ipc", "uts", "mount" }.Select(t => new JsonObject { ["type"] = t })]);
        File.WriteAllText(ConfigPath, config.ToJsonString());
    }
}
