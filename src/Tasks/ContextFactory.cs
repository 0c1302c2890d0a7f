using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tasks;

/// <summary>Reads <c>ContainerContext</c>: what steps may mount files of, besides the project.</summary>
internal sealed partial class ContextFactory
{
    private const string Registry = "docker-image://", Layout = "oci-layout://";

    private readonly BuildImageParameters _parameters;
    private readonly Problems _problems;
    private readonly Dictionary<string, LentContext?> _contexts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _leftOut;

    public ContextFactory(BuildImageParameters parameters, Problems problems)
    {
        (_parameters, _problems) = (parameters, problems);
        var built = parameters.Parts.SelectMany(p => p.GetMetadata("BuildDirectories").Split(';', StringSplitOptions.RemoveEmptyEntries)).Where(Path.IsPathFullyQualified);
        _leftOut = [.. new[] { "bin", "obj", ".vs" }.Select(f => Path.Combine(parameters.ProjectDirectory, f))
            .Concat(built).Append(parameters.OutputDirectory).Append(parameters.CacheDirectory).Select(Path.TrimEndingDirectorySeparator)];
        foreach (var item in parameters.Contexts)
            if (!IsName().IsMatch(item.ItemSpec)) Refuse(item, $"'{item.ItemSpec}' is no name. Use letters, digits, '.', '_' and '-', at most 64.");
            else if (!_contexts.TryAdd(item.ItemSpec, Create(item))) Refuse(item, $"'{item.ItemSpec}' is there twice. Keep one.");
    }

    /// <summary>Whether an item has that name, be it right or wrong.</summary>
    public bool Names(string name) => _contexts.ContainsKey(name);

    /// <summary>Every context that is right, by name.</summary>
    public IEnumerable<(string Name, LentContext Context)> All => _contexts.Where(c => c.Value is not null).Select(c => (c.Key, c.Value!));

    /// <summary>What a name means, or <c>null</c>.</summary>
    public LentContext? Find(string name) => _contexts.GetValueOrDefault(name);

    /// <summary>Lends what is in a folder, but nothing that the build writes itself.</summary>
    public LentFolder Lend(string folder) => new(folder, _leftOut);

    private LentContext? Create(ITaskItem item)
    {
        var source = item.GetMetadata("Source");
        if (source.StartsWith(Registry, StringComparison.Ordinal))
        {
            if (ImageReference.TryParse(source[Registry.Length..], out var reference, out var why)) return new LentContext(null, new RegistryBase(reference!));
            return Refuse(item, $"Source '{source}' of '{item.ItemSpec}' is no image: {why}. Write 'docker-image://registry/repository:tag'.");
        }
        if (source.StartsWith(Layout, StringComparison.Ordinal))
            return new BaseFactory(_parameters, _problems).FindLocal(source[Layout.Length..]) is { } local
                ? new LentContext(null, local)
                : Refuse(item, $"Source '{source}' of '{item.ItemSpec}' is no layout that is there. Write 'oci-layout://PATH', with ':TAG' when it holds several images.");
        if (Text.IsPath(source) && Path.GetFullPath(source, _parameters.ProjectDirectory) is var folder && Directory.Exists(folder)) return new LentContext(folder, null);
        return Refuse(item, $"Source '{source}' of '{item.ItemSpec}' is no folder that is there. Write the path of one, which starts at the project, 'docker-image://' and a name, or 'oci-layout://' and a path.");
    }

    private LentContext? Refuse(ITaskItem item, string text)
    {
        _problems.Add(Problem.Context, "ContainerContext", text, item);
        return null;
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex IsName();
}
