using System.Globalization;
using System.Net;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Frontends.Dockerfile.Parsing;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Build.Options;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Tool.Daemon.Frontends.Dockerfile;

/// <summary>Reads the attributes of BuildKit's Dockerfile frontend (frontend/dockerui). All that is wrong with them is told at once.</summary>
/// <param name="call">Attributes that it does not know are of no meaning, as with BuildKit.</param>
/// <param name="machine">The platform of what names none.</param>
/// <param name="epoch">Seconds that stand for times when no argument says so.</param>
/// <param name="convert">What the source policy makes of an identifier; <c>null</c> for none.</param>
internal sealed class AttributeReader(FrontendCall call, Platform machine, long epoch, Func<string, string>? convert = null)
{
    private const string BuildArg = "build-arg:", Label = "label:", FolderSession = "local-sessionid:";

    private static readonly string[] s_resources = ["memory", "memswap", "cpushares", "cpuperiod", "cpuquota", "cpusetcpus", "cpusetmems"];

    private static readonly string[] s_capabilities =
        ["moby.buildkit.frontend.inputs", "moby.buildkit.frontend.subrequests", "moby.buildkit.frontend.contexts", "moby.buildkit.frontend.gitquerystring"];

    private readonly OptionFaults _faults = new();

    /// <summary>Throws MBK2520.</summary>
    public DockerfileAttributes Read()
    {
        var (missing, mayForward) = ReadCapabilities();
        var main = Find(Find("contextkey") is { Length: > 0 } key ? key : "context") ?? "";
        var git = ReadGit(main);
        var read = new DockerfileAttributes
        {
            FileName = Find("filename") ?? "Dockerfile",
            DockerfileFolder = Find("dockerfilekey"),
            GitContext = git,
            WebContext = git is null && (main.StartsWith("http://", StringComparison.Ordinal) || main.StartsWith("https://", StringComparison.Ordinal)) ? main : null,
            ContextFolder = Find("contextsubdir"),
            FolderSessions = Below(FolderSession),
            Subrequest = Find("requestid"),
            IsForwarded = Find("cmdline") is not null,
            MissingCapability = missing,
            MayForward = mayForward,
            Request = ReadRequest(),
        };
        if (_faults.Texts.Count == 0) return read;
        throw new FrontendException(FrontendException.BadAttribute, ErrorKind.Invalid, string.Join("; ", _faults.Texts.Select(t => t.TrimEnd('.'))) + ".");
    }

    private DockerfileRequest ReadRequest()
    {
        var platforms = ReadPlatforms();
        ReadResolveMode();
        foreach (var key in s_resources.Where(k => Find(k) is { Length: > 0 })) _faults.Add(key, $"'{Find(key)}' limits what steps use, which is not offered. Leave it out.");
        return new DockerfileRequest
        {
            Text = "", File = "", Context = new NoContext(), BuildPlatform = machine,
            NamedContexts = new NamedContextReader(call, _faults, convert ?? (i => i)).Read(),
            Target = Find("target") is { Length: > 0 } target ? target : null,
            BuildArgs = Below(BuildArg),
            Labels = Below(Label),
            Platforms = platforms.Count == 0 ? [machine] : platforms,
            IsMultiPlatform = ReadMultiPlatform(platforms.Count),
            NoCache = Find("no-cache") is { } stages ? stages.Split(',', StringSplitOptions.RemoveEmptyEntries) : null,
            ExtraHosts = [.. ReadHosts()],
            Network = ReadNetwork(),
            ShmSize = ReadSharedMemory(),
            Ulimits = [.. new StepOptionParser(_faults).ParseLimits(Fields("ulimit"), "ulimit")],
            Hostname = Find("hostname") is { Length: > 0 } host ? host : null,
            CgroupParent = Find("cgroup-parent") is { Length: > 0 } group ? group : null,
            SourceDateEpoch = epoch,
        };
    }

    private (string? Missing, bool MayForward) ReadCapabilities()
    {
        var missing = (Find("frontend.caps") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(c => c.Split('+', 2)).Where(c => !s_capabilities.Contains(c[0])).ToList();
        return missing.Count == 0 ? (null, false) : (missing[0][0], missing.All(c => c.Length == 2 && c[1].Contains("forward", StringComparison.Ordinal)));
    }

    private LlbState? ReadGit(string text)
    {
        var shown = SourceAddress.WithoutCredentials(text);
        if (!GitReference.TryParse(text, out var reference, out var why))
        {
            if (why is not null) _faults.Add("context", $"'{shown}' is an address of git with a mistake: {why}. Write 'URL#REF:FOLDER'.");
            return null;
        }
        var options = reference.Options with
        {
            KeepGitDirectory = reference.KeepsGitDirectory is true || Switches.Parse(Find(BuildArg + "BUILDKIT_CONTEXT_KEEP_GIT_DIR") ?? "") is true,
            CommitTimes = reference.Options.CommitTimes || (Find(BuildArg + "SOURCE_DATE_EPOCH") is { Length: > 0 } && !reference.Options.CheckoutTimes),
        };
        return LlbState.Git(reference.Remote, options, $"[internal] load git source {shown}");
    }

    private List<Platform> ReadPlatforms()
    {
        var platforms = new List<Platform>();
        foreach (var text in (Find("platform") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            try
            {
                platforms.Add(Platform.Parse(text));
            }
            catch (OciException e)
            {
                _faults.Add("platform", e.Message);
            }
        return platforms;
    }

    // The argument stands before the attribute.
    private bool ReadMultiPlatform(int platforms)
    {
        var text = Find(BuildArg + "BUILDKIT_MULTI_PLATFORM") is { Length: > 0 } argument ? argument : Find("multi-platform") ?? "";
        if (text.Length == 0) return platforms > 1;
        if (Switches.Parse(text) is not { } isMultiple) _faults.Add("multi-platform", $"'{text}' is neither on nor off. Write true or false.");
        else if (!isMultiple && platforms > 1) _faults.Add("multi-platform", $"'{text}' is for one platform, and there are {platforms}. Leave it out, or name one platform.");
        else return isMultiple;
        return false;
    }

    // Registries are asked anew in every build, so that each of them comes to the same.
    private void ReadResolveMode()
    {
        if (Find("image-resolve-mode") is not (null or "" or "default" or "pull" or "local"))
            _faults.Add("image-resolve-mode", $"'{Find("image-resolve-mode")}' is no way to find images. Choose default, pull or local.");
    }

    private IEnumerable<KeyValuePair<string, string>> ReadHosts()
    {
        foreach (var field in Fields("add-hosts"))
        {
            var parts = field.ToLowerInvariant().Split('=', 2);
            if (parts.Length == 2 && parts[0].Length > 0 && IPAddress.TryParse(parts[1].Trim('[', ']'), out _)) yield return new(parts[0], parts[1].Trim('[', ']'));
            else _faults.Add("add-hosts", $"'{field}' is no host with an address. Write HOST=ADDRESS, such as db=10.0.0.5.");
        }
    }

    private NetMode ReadNetwork()
    {
        switch (Find("force-network-mode"))
        {
            case null or "" or "sandbox": return NetMode.Unset;
            case "none": return NetMode.None;
            case "host": return NetMode.Host;
            default:
                _faults.Add("force-network-mode", $"'{Find("force-network-mode")}' is no network of steps. Choose sandbox, none or host.");
                return NetMode.Unset;
        }
    }

    private long ReadSharedMemory()
    {
        if (Find("shm-size") is not { Length: > 0 } text) return 0;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)) return bytes;
        _faults.Add("shm-size", $"'{text}' is no number of bytes. Write one.");
        return 0;
    }

    private IReadOnlyList<string> Fields(string key)
    {
        if (Find(key) is not { Length: > 0 } text) return [];
        if (CsvFields.Read(text) is { } fields) return fields;
        _faults.Add(key, $"'{text}' has quotes where there can be none. Quote whole fields, with commas between them.");
        return [];
    }

    private string? Find(string key) => call.Attributes.GetValueOrDefault(key);

    private Dictionary<string, string> Below(string prefix) => call.Attributes.Where(a => a.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(a => a.Key[prefix.Length..], a => a.Value, StringComparer.Ordinal);
}
