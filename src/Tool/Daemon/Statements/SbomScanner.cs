using Google.Protobuf;
using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Protocol.Gateway;

namespace MsBuildKit.Tool.Daemon.Statements;

/// <summary>An image that looks through trees and leaves an SBOM of each (BuildKit's docs/attestations/sbom-protocol.md).</summary>
internal sealed class SbomScanner
{
    private const string Core = "sbom", Sources = "/run/src/", Output = "/run/out/";

    private readonly string _image;
    private readonly ImageConfig _config;
    private readonly IReadOnlyList<string> _command;
    private readonly BuildBridge _bridge;
    private readonly SbomOptions _options;

    private SbomScanner(BuildBridge bridge, SbomOptions options, string image, ImageConfig config)
    {
        (_bridge, _options, _image, _config) = (bridge, options, image, config);
        _command = [.. config.Config?.Entrypoint ?? [], .. config.Config?.Cmd ?? []];
        if (_command.Count == 0) throw new StatementException(StatementException.BadScanner, ErrorKind.Invalid, $"scanner {options.Generator} does not have cmd: it cannot be run");
    }

    /// <summary>The scanner that is asked for, or <c>null</c> when the engine itself looks. Throws MBK2583 for an image that cannot be one.</summary>
    public static async Task<SbomScanner?> FindAsync(BuildBridge bridge, SbomOptions? options, CancellationToken cancellationToken)
    {
        if (options?.Generator is not { } generator) return null;
        var found = await bridge.Status.RunAsync($"resolve image config for docker-image://{generator}", _ => bridge.Images.ResolveAsync(generator, bridge.Machine, cancellationToken)).ConfigureAwait(false);
        return new SbomScanner(bridge, options, generator.WithDigest(found.Root.Digest).ToString(), found.Config);
    }

    /// <summary>What it will have said of a tree.</summary>
    /// <param name="id">What people know the tree by.</param>
    /// <param name="tree">The tree.</param>
    /// <param name="others">What else is of interest, by name.</param>
    public Attestation Scan(string id, LlbState tree, IReadOnlyDictionary<string, LlbState> others)
    {
        var mounts = others.Select(o => ExecMount.Bind($"{Sources}extras/{Core}-{o.Key}", o.Value, readOnly: true));
        var steps = LlbState.Image(_image, _bridge.Machine, $"docker-image://{_image}").Run(
            new ExecOptions
            {
                Args = _command,
                Environment = [.. Environment(others.Count > 0)],
                WorkingDirectory = _config.Config?.WorkingDir is { Length: > 0 } folder ? folder : "/",
                Mounts = [ExecMount.Tmpfs("/tmp"), ExecMount.Bind($"{Sources}core/{Core}", tree, readOnly: true), .. mounts, ExecMount.Bind(Output, LlbState.Scratch)],
            },
            _bridge.Machine,
            $"[{id}] generating sbom using {_options.Generator}");
        return new Attestation
        {
            Kind = AttestationKind.Bundle,
            Ref = new Ref { Id = _bridge.Add(LlbMarshaller.Marshal(steps.Mounts[Output])).Id },
            InTotoPredicateType = SpdxDocument.PredicateType,
            Metadata = { ["reason"] = ByteString.CopyFromUtf8("sbom"), ["sbom-core"] = ByteString.CopyFromUtf8(Core) },
        };
    }

    private IEnumerable<string> Environment(bool hasOthers)
    {
        foreach (var variable in _config.Config?.Env ?? []) yield return variable;
        yield return "BUILDKIT_SCAN_DESTINATION=" + Output;
        yield return $"BUILDKIT_SCAN_SOURCE={Sources}core/{Core}";
        if (hasOthers) yield return $"BUILDKIT_SCAN_SOURCE_EXTRAS={Sources}extras";
        foreach (var (name, value) in _options.Parameters.OrderBy(p => p.Key, StringComparer.Ordinal)) yield return $"BUILDKIT_SCAN_{name}={value}";
    }
}
