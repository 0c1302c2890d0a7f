using System.CommandLine;
using System.CommandLine.Parsing;
using MsBuildKit.Tool.Commands;

namespace MsBuildKit.Tool.Build.Options;

/// <summary>The options of <c>build</c>, under the names that <c>docker buildx build</c> gives them.</summary>
internal sealed class BuildOptionSet(StoreOption store)
{
    private readonly Argument<string> _context = new("context") { Description = "A folder, an address of git, http or https, or '-' for an archive or a Dockerfile on standard input." };
    private readonly Option<string?> _file = One("--file", "FILE", "The Dockerfile; '-' is standard input. Default: Dockerfile in the context.", "-f");
    private readonly Option<string[]> _tags = Many("--tag", "NAME", "A name of the image: registry/repository:tag.", "-t");
    private readonly Option<string?> _target = One("--target", "STAGE", "The stage to build. Default: the last.");
    private readonly Option<string[]> _buildArgs = Many("--build-arg", "NAME[=VALUE]", "The value of an ARG; without a value, that of the variable of that name.");
    private readonly Option<string[]> _buildContexts = Many("--build-context", "NAME=VALUE", "Another context: a folder, an address, docker-image://NAME or oci-layout://PATH[:TAG][@DIGEST].");
    private readonly Option<string[]> _platforms = Many("--platform", "OS/ARCH", "What to build for, with ',' between several. Default: this machine.");
    private readonly Option<string[]> _secrets = Many("--secret", "id=NAME,src=FILE|env=VAR", "A secret that steps may read.");
    private readonly Option<string[]> _ssh = Many("--ssh", "default|ID[=SOCKET|KEYS]", "An agent or keys that steps may sign with.");
    private readonly Option<bool> _noCache = Flag("--no-cache", "Run every step, whatever ran before.");
    private readonly Option<string[]> _noCacheFilters = Many("--no-cache-filter", "STAGE", "Run every step of a stage.");
    private readonly Option<bool> _pull = Flag("--pull", "Ask registries what tags point at. That is always done; the option is there for those who are used to it.");
    private readonly Option<string[]> _outputs = Many("--output", "PLACE", "Where the result goes: type=oci|docker|local|tar|image|registry with its fields, a folder, or '-' for a tar on standard output.", "-o");
    private readonly Option<bool> _push = Flag("--push", "Push the image under its names: short for --output type=registry.");
    private readonly Option<bool> _load = Flag("--load", "Load the image into Docker or Podman: short for --output type=docker.");
    private readonly Option<string[]> _labels = Many("--label", "KEY=VALUE", "A label of the image.");
    private readonly Option<string[]> _annotations = Many("--annotation", "[index:]KEY=VALUE", "An annotation of the manifests, or of the index.");
    private readonly Option<string?> _sbom = One("--sbom", "true|false", "Attach a list of the image's packages. Default: false.");
    private readonly Option<string?> _provenance = One("--provenance", "true|false|mode=min|mode=max", "Attach how the image was made. Default: true.");
    private readonly Option<string[]> _attestations = Many("--attest", "type=sbom|provenance", "The same, with fields: mode=, disabled=.");
    private readonly Option<string?> _metadataFile = One("--metadata-file", "FILE", "Write what was built there, as JSON.");
    private readonly Option<string?> _imageIdFile = One("--iidfile", "FILE", "Write the image's digest there.");
    private readonly Option<string?> _progress = One("--progress", "auto|plain|tty|rawjson|quiet", "How to tell what happens, on standard error. Default: auto.");
    private readonly Option<bool> _quiet = Flag("--quiet", "Print nothing but the image's digest.", "-q");
    private readonly Option<bool> _check = Flag("--check", "Check the Dockerfile instead of building it: short for --call check.");
    private readonly Option<string?> _call = One("--call", "build|check|outline|targets[,format=json]", "What to ask of the Dockerfile. Default: build.");
    private readonly Option<string?> _network = One("--network", "default|none|host", "The network of steps that name none.");
    private readonly Option<string[]> _hosts = Many("--add-host", "HOST:ADDRESS", "A host that steps know.");
    private readonly Option<string?> _sharedMemory = One("--shm-size", "SIZE", "The size of /dev/shm in steps.");
    private readonly Option<string[]> _limits = Many("--ulimit", "NAME=SOFT[:HARD]", "A limit of steps.");
    private readonly Option<string?> _cgroupParent = One("--cgroup-parent", "NAME", "The control group that those of steps are below.");
    private readonly Option<string[]> _grants = Many("--allow", "network.host|security.insecure|device", "What steps may do that ask for it.");

    private readonly Option<string?> _builder = One("--builder", "ADDRESS", "A daemon of BuildKit that runs the steps, with ',' between several: unix://, tcp://, docker-container://, podman-container://, kube-pod:// or ssh://.");

    // What this builder has no use for, and why.
    private readonly IReadOnlyList<(Option Option, string Why)> _refused =
    [
        (Unused("--cache-from"), "caches are not fetched from elsewhere. Share the store (--store), or move caches of steps with 'msbuildkit cache-mount import'."),
        (Unused("--cache-to"), "caches are not sent elsewhere. Share the store (--store), or move caches of steps with 'msbuildkit cache-mount export'."),
        (Unused("--device"), "steps get no devices of this machine. Leave it out."),
        (Unused("--isolation"), "it is for Windows containers. Leave it out."),
        (Unused("--policy"), "policies of sources are not read. Pin images by digest, and sources by '--checksum' in the Dockerfile."),
        (Unused("--security-opt"), "it is for Docker's old builder. Leave it out, or write '--allow security.insecure' and 'RUN --security=insecure'."),
        (Unused("--squash"), "it is for Docker's old builder. Copy from a stage to one that begins with 'scratch'."),
    ];

    public void AddTo(Command command)
    {
        command.Arguments.Add(_context);
        foreach (var option in All()) command.Options.Add(option);
        foreach (var (option, _) in _refused) command.Options.Add(option);
    }

    /// <summary>No context is named.</summary>
    public bool IsIncomplete(CommandResult result) => result.GetResult(_context) is not { Tokens.Count: 1 };

    /// <summary>Tells which of the options that are not offered are there.</summary>
    public void Refuse(CommandResult result, OptionFaults faults)
    {
        foreach (var (option, why) in _refused)
            if (result.GetResult(option) is not null) faults.Add(option.Name, $"it is not offered: {why}");
    }

    public BuildArguments Read(CommandResult result) => new()
    {
        Context = result.GetValue(_context)!,
        Store = store.PathOf(result),
        File = result.GetValue(_file),
        Target = result.GetValue(_target),
        Tags = result.GetValue(_tags) ?? [],
        BuildArgs = result.GetValue(_buildArgs) ?? [],
        BuildContexts = result.GetValue(_buildContexts) ?? [],
        Platforms = result.GetValue(_platforms) ?? [],
        Secrets = result.GetValue(_secrets) ?? [],
        Ssh = result.GetValue(_ssh) ?? [],
        NoCache = result.GetValue(_noCache),
        NoCacheFilters = result.GetValue(_noCacheFilters) ?? [],
        Outputs = result.GetValue(_outputs) ?? [],
        Push = result.GetValue(_push),
        Load = result.GetValue(_load),
        Labels = result.GetValue(_labels) ?? [],
        Annotations = result.GetValue(_annotations) ?? [],
        Sbom = result.GetValue(_sbom),
        Provenance = result.GetValue(_provenance),
        Attestations = result.GetValue(_attestations) ?? [],
        MetadataFile = result.GetValue(_metadataFile),
        ImageIdFile = result.GetValue(_imageIdFile),
        Progress = result.GetValue(_progress),
        Quiet = result.GetValue(_quiet),
        Check = result.GetValue(_check),
        Builder = result.GetValue(_builder),
        Call = result.GetValue(_call),
        Network = result.GetValue(_network),
        Hosts = result.GetValue(_hosts) ?? [],
        SharedMemory = result.GetValue(_sharedMemory),
        Limits = result.GetValue(_limits) ?? [],
        CgroupParent = result.GetValue(_cgroupParent),
        Grants = result.GetValue(_grants) ?? [],
    };

    private IEnumerable<Option> All() =>
    [
        _file, _tags, _target, _buildArgs, _buildContexts, _platforms, _outputs, _push, _load, _secrets, _ssh, _noCache, _noCacheFilters, _pull, _labels, _annotations, _sbom, _provenance,
        _attestations, _metadataFile, _imageIdFile, _progress, _quiet, _check, _call, _network, _hosts, _sharedMemory, _limits, _cgroupParent, _grants, _builder,
    ];

    private static Option<string?> One(string name, string form, string text, params string[] aliases) => new(name, aliases) { Description = text, HelpName = form };

    private static Option<string[]> Many(string name, string form, string text, params string[] aliases) => new(name, aliases) { Description = text, HelpName = form, Arity = ArgumentArity.OneOrMore };

    private static Option<string?> Unused(string name) => new(name) { Hidden = true, Arity = ArgumentArity.ZeroOrOne };

    private static Option<bool> Flag(string name, string text, params string[] aliases) => new(name, aliases) { Description = text };
}
