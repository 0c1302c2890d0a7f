using System.Collections;
using System.Reflection;
using System.Text.Json;
using Microsoft.Build.Framework;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tasks;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>The project's properties and items, several at once: a request that can be built, or faults that each name a property and say what
/// to do.</summary>
/// <remarks>An input has a line for each value: the property's name, the metadata's name after a dot should it be an item's, a tab, the value.</remarks>
internal sealed class PropertiesTarget : FuzzTarget
{
    private static readonly PropertyInfo[] s_properties = [.. typeof(BuildImageParameters).GetProperties().OrderBy(p => p.Name, StringComparer.Ordinal)];

    private readonly TempFolder _folder = new("fuzz");

    public PropertiesTarget() => _folder.Write("project/Shop.dll", "MZ");

    public override IReadOnlyList<string> Words =>
        [.. s_properties.Select(p => p.Name + "\t"), "Labels.Value\t", "Ports.Type\t", "Files.TargetPath\t", "Files.Mode\t", "Files.Owner\t", "Outputs.Path\t", "Outputs.Registry\t", "Steps.Command\t", "Steps.Stage\t", "Steps.User\t", "Steps.Environment\t", "Steps.CacheMounts\t", "Steps.TmpfsMounts\t", "Steps.BindMounts\t", "Steps.Secrets\t", "Steps.Ssh\t", "Steps.Network\t", "Steps.Platform\t", "Secrets.Command\t", "Secrets.Environment\t", "Contexts.Source\t", "Parts.RuntimeIdentifier\t", "Parts.BaseImage\t", "Parts.WorkingDirectory\t", "Parts.RelativePath\t",
         ";", "$(X)", "@(X)", "%0a", "../", "/", "\r\n", "\0", "oci-layout:", "registry", "oci-archive", "debian/bookworm", "true", "false", "latest", "\u202e", "ｌ", "𝒶"];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds() => new Dictionary<string, string>
    {
        ["plain"] = "Repository\tshop\nImageTags\t1;2\nUser\tapp:app\nLabels\ta\nLabels.Value\tb\nPorts\t80\nPorts.Type\tudp\n",
        ["outputs"] = "Repository\tteam/shop\nOutputs\toci-archive\nOutputs.Path\tx/\nOutputs\tregistry\nOutputs.Registry\tregistry.example:5000\nImageFormat\tdocker\nCompression\tzstd\nCompressionLevel\t3\n",
        ["files"] = "Files\tShop.dll\nFiles.TargetPath\t/etc/\nFiles.Mode\t0644\nFiles.Owner\t1:2\nVolumes\t/data\nHealthcheck\tcurl\nHealthcheck.Interval\t30s\nEnvironmentVariables\tPATH\nEnvironmentVariables.Value\t/x\nStopSignal\tSIGTERM\n",
        ["composed"] = "BaseDistribution\tdebian/bookworm\nPackages\tlibicu72\nPackages.Version\t72.1-3\nPackageMirror\thttps://mirror.example/debian\nPackageLockFile\tlock.json\nSourceDateEpoch\t1700000000\nSourceUrl\thttps://u:p@host.example/x.git\n",
        ["steps"] = "Steps\tfonts\nSteps.Command\tapt-get update\nSteps.Stage\tApp\nSteps.User\tapp:1\nSteps.Environment\tA=1;B=2\nSteps.CacheMounts\t/var/cache/apt,id=apt,sharing=locked\nSteps.TmpfsMounts\t/tmp,size=64m\nSteps.BindMounts\ttarget=/src,source=Shop.dll,rw;target=/t,from=tools,source=bin\nSteps.Secrets\ttoken,target=/x,env=TOKEN,required\nSteps.Ssh\tdefault\nSteps.Network\tnone\nSteps.Platform\tlinux/amd64\nSecrets\ttoken\nSecrets.Command\tpass 'show' \"x\"\nSsh\tdefault\nContexts\ttools\nContexts.Source\tdocker-image://r.example/tools:1\n",
        ["base"] = "Parts.BaseImage\tmcr.example/dotnet/runtime:10.0\nParts.WorkingDirectory\t/srv\nEntrypoint\ta\nEntrypointArgs\tb\nAppCommandInstruction\tDefaultArgs\n",
    }.Select(s => (s.Key, Bytes(s.Value)));

    public override string Run(byte[] input)
    {
        var problems = new Problems();
        var request = new RequestFactory(Gather(Text(input)), problems).Create();
        Require(request is null == problems.Any, "there is neither a request nor a fault, or both");
        foreach (var (problem, _) in problems.Found)
            Require((problem.Code.StartsWith("MBK10", StringComparison.Ordinal) || problem.Code.StartsWith("MBK26", StringComparison.Ordinal)) && problem.Text.StartsWith(problem.Subject + ": ", StringComparison.Ordinal) && problem.Text.EndsWith('.'), $"'{problem.Text}' helps nobody");
        if (request is not null) RequireInert(request);
        return request is null ? string.Join(' ', problems.Found.Select(p => p.Problem.Code).Distinct().Order(StringComparer.Ordinal)) : "request";
    }

    public override void Dispose() => _folder.Dispose();

    private void RequireInert(BuildRequest request)
    {
        foreach (var tag in request.Tags) ImageReference.Create(request.Registry ?? ImageReference.DefaultRegistry, request.Repository, tag);
        Require(request.Outputs.OfType<ArchiveOutput>().All(o => Path.IsPathFullyQualified(o.Path) && !o.Path.Contains('\0')), "an archive goes to no path");
        var source = request.Source?.Url ?? "";
        Require(!Uri.TryCreate(source, UriKind.Absolute, out var address) || address.UserInfo.Length == 0, $"the source '{source}' says a password");
        Require(source.Split("://") is not [_, var rest, ..] || !rest.Split('/', '?', '#')[0].Contains('@'), $"the source '{source}' says a password");
        foreach (var image in request.Images)
        {
            Require(image.Files.Select(f => f.TargetPath).Concat(image.Config.Volumes).Append(image.Config.WorkingDirectory).All(p => p.StartsWith('/') && !p.Split('/').Contains("..") && !p.Any(char.IsControl)), "a path leaves the image");
            Require(image.Steps.SelectMany(s => s.Mounts).Select(m => m.Target).Concat(image.Steps.SelectMany(s => s.Secrets).Select(s => s.Target ?? "/")).All(p => p.StartsWith('/') && !p.Split('/').Contains("..") && !p.Any(char.IsControl)), "a mount leaves the image");
            Require(image.Steps.SelectMany(s => s.Mounts).OfType<TreeMount>().Where(m => m.From is null).SelectMany(m => m.Tree.Files).All(f => f.HostPath.StartsWith(_folder["project"], StringComparison.Ordinal)), "a step is lent what is not the project's");
            JsonSerializer.Deserialize<Dictionary<string, string>>(OciJson.Write(image.Config.Labels));
        }
    }

    private BuildImageParameters Gather(string text)
    {
        var parameters = new BuildImageParameters
        {
            ProjectName = "Shop", ProjectDirectory = _folder["project"], OutputDirectory = _folder["out"], CacheDirectory = _folder["cache"], Repository = "shop",
            Parts = [new Item("linux-x64", [("Kind", "Image"), ("BaseImage", "scratch"), ("Executable", "Shop"), ("Assembly", "Shop.dll"), ("Application", "Shop")]), new Item(_folder["project/Shop.dll"], [("Kind", "File"), ("RuntimeIdentifier", "linux-x64"), ("RelativePath", "Shop.dll")])],
        };
        var items = s_properties.Where(p => p.PropertyType != typeof(string)).ToDictionary(p => p.Name, p => ((IReadOnlyList<ITaskItem>)p.GetValue(parameters)!).ToList(), StringComparer.Ordinal);
        foreach (var (name, metadata, value) in text.Split('\n').Select(Split))
        {
            if (Array.Find(s_properties, p => p.Name == name) is not { } property || name.EndsWith("Directory", StringComparison.Ordinal)) continue;
            if (property.PropertyType == typeof(string)) property.SetValue(parameters, value);
            else if (metadata is null) items[name].Add(new Item(value, []));
            else if (items[name].Count > 0) items[name][^1].SetMetadata(metadata, value);
        }
        foreach (var (name, list) in items) typeof(BuildImageParameters).GetProperty(name)!.SetValue(parameters, list);
        return parameters;
    }

    private static (string Name, string? Metadata, string Value) Split(string line)
    {
        var tab = line.IndexOf('\t');
        var (name, value) = tab < 0 ? (line, "") : (line[..tab], line[(tab + 1)..]);
        var dot = name.IndexOf('.');
        return dot < 0 ? (name, null, value) : (name[..dot], name[(dot + 1)..], value);
    }

    /// <summary>An item that holds whatever it is given.</summary>
    private sealed class Item(string spec, (string Name, string Value)[] metadata) : ITaskItem
    {
        private readonly Dictionary<string, string> _metadata = metadata.ToDictionary(m => m.Name, m => m.Value, StringComparer.OrdinalIgnoreCase);

        public string ItemSpec { get; set; } = spec;

        public ICollection MetadataNames => _metadata.Keys;

        public int MetadataCount => _metadata.Count;

        public string GetMetadata(string metadataName) => _metadata.GetValueOrDefault(metadataName, "");

        public void SetMetadata(string metadataName, string metadataValue) => _metadata[metadataName] = metadataValue;

        public void RemoveMetadata(string metadataName) => _metadata.Remove(metadataName);

        public void CopyMetadataTo(ITaskItem destinationItem) => throw new NotSupportedException();

        public IDictionary CloneCustomMetadata() => new Dictionary<string, string>(_metadata);
    }
}
