using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.TestKit.Dockerfiles;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Benchmarks.Comparing;

/// <summary>A case as our frontend is asked for it; contexts have the names that <see cref="BuildctlOptions"/> gives them.</summary>
internal static class CaseRequest
{
    /// <param name="folder">The case on disk.</param>
    /// <param name="folders">Gets the folders by the names of contexts.</param>
    public static DockerfileRequest Of(CaseFolder folder, IDictionary<string, string> folders)
    {
        folders["context"] = folder.Context;
        var (contexts, hosts) = (new Dictionary<string, BuildContext>(), new List<KeyValuePair<string, string>>());
        var (args, labels) = (new Dictionary<string, string>(), new Dictionary<string, string>());
        var request = new DockerfileRequest
        {
            Text = File.ReadAllText(folder.Dockerfile).TrimStart('\ufeff'), File = Path.GetFileName(folder.Dockerfile), Context = new FolderContext("context"), NamedContexts = contexts,
            Ignore = Ignored(folder), BuildArgs = args, Labels = labels, Platforms = [Platform.LinuxAmd64], BuildPlatform = Platform.LinuxAmd64, ExtraHosts = hosts,
        };
        foreach (var option in folder.Options)
        {
            var (name, value) = option.Split(' ', 2) is [var first, var rest] ? (first, rest) : (option, "");
            if (name == "--target") request = request with { Target = value };
            else if (name == "--platform") request = request with { Platforms = [.. value.Split(',').Select(Platform.Parse)] };
            else if (name == "--network") request = request with { Network = value == "host" ? NetMode.Host : NetMode.None };
            else if (name == "--no-cache") request = request with { NoCache = [] };
            else if (name == "--add-host") hosts.Add(Pair(value, ':'));
            else if (name == "--build-arg") args[Pair(value, '=').Key] = Pair(value, '=').Value;
            else if (name == "--label") labels[Pair(value, '=').Key] = Pair(value, '=').Value;
            else if (name == "--build-context") contexts[Pair(value, '=').Key] = Context(Pair(value, '='), folders);
        }
        return request;
    }

    private static BuildContext Context(KeyValuePair<string, string> named, IDictionary<string, string> folders)
    {
        const string Image = "docker-image://";
        if (named.Value.StartsWith(Image, StringComparison.Ordinal)) return new ImageContext(ImageReference.Parse(named.Value[Image.Length..]));
        folders[named.Key] = named.Value;
        return new FolderContext(named.Key);
    }

    private static IReadOnlyList<string> Ignored(CaseFolder folder)
    {
        var own = folder.Dockerfile + IgnoreFile.Name;
        var file = File.Exists(own) ? own : Path.Combine(folder.Context, IgnoreFile.Name);
        return File.Exists(file) ? IgnoreFile.Read(File.ReadAllBytes(file)) : [];
    }

    private static KeyValuePair<string, string> Pair(string text, char separator) => text.Split(separator, 2) is [var key, var value] ? new(key, value) : new(text, "");
}
