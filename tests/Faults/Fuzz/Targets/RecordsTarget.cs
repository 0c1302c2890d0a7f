using System.Globalization;
using System.Security.Cryptography;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Packages;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Tasks;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>What we keep in files of our own, should somebody else write there. The first byte says which; their checksums are mostly right.
/// A record that is not as it should be is as good as none, and a lock file that is not is an error.</summary>
internal sealed class RecordsTarget : FuzzTarget
{
    private const int Sum = SHA256.HashSizeInBytes;

    private static readonly Digest s_key = Digest.Of("key"u8);
    private static readonly byte[] s_fingerprint = SHA256.HashData("fingerprint"u8);

    private readonly TempFolder _folder = new("fuzz");
    private readonly LocalTree _tree;
    private readonly FileFactsCache _facts;

    public RecordsTarget()
    {
        _tree = new LocalTree("t", [new LocalFile("a", _folder.Write("a", "content"))]);
        _facts = new FileFactsCache(_folder["facts"], TimeProvider.System);
        _facts.ReadAsync(_tree, CancellationToken.None).GetAwaiter().GetResult();
        Directory.CreateDirectory(Path.GetDirectoryName(IndexFile)!);
    }

    private string IndexFile => _folder[$"index/{s_key.Hex[..2]}/{s_key.Hex[2..]}"];

    private string FactsFile => Directory.GetFiles(_folder["facts"]).Single();

    public override IReadOnlyList<string> Words => ["\"digest\"", "\"size\"", "\"mediaType\"", "\"DiffId\"", "\"Blob\"", "\"CreatedBy\"", "\"Repository\"", "\"packages\"", "\"architectures\"", "\"requested\"", "null", "{}", "[]", "\u007f", "\0\0\0\0"];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds()
    {
        var layer = new Layer { DiffId = s_key, Blob = Descriptor.Of(MediaTypes.OciLayer, "x"u8), CreatedBy = "copy" };
        var remote = layer with { Origin = new LayerOrigin(new ContentSources(), ImageReference.Parse("r.example/team/app:1")) };
        yield return ("chain", [(byte)'c', .. ChainRecord.Write([new LayersResult(new LayerChain([remote, layer])), new LayersResult(new LayerChain([layer]))])!]);
        yield return ("index", Seal([(byte)'i', .. new byte[Sum], 1, 2, 3]));
        var state = new BuildRecordFile(_folder["state"]);
        state.Save(s_fingerprint, new BuildRecord
        {
            Names = ["a/b:c"], LayoutDirectory = "/out", Digest = s_key.ToString(), MediaType = MediaTypes.OciManifest, Manifests = [new BuiltManifest("linux/amd64", s_key.ToString(), MediaTypes.OciManifest, "{}", "{}")], IndexJson = "", ArchivePath = "/a.tar",
            Sboms = [KeyValuePair.Create("/s", "linux/amd64")], Provenances = [], Files = [KeyValuePair.Create("/f", new FileStamp(1, 2, 3, 4, 5))], LockFiles = [], References = [KeyValuePair.Create("a", "b")], WantsEngine = true, Engine = "Docker", EngineId = "x",
        });
        yield return ("state", [(byte)'s', .. File.ReadAllBytes(_folder["state"])]);
        // The stamps of a file of this machine say nothing elsewhere, but the form does.
        yield return ("facts", [(byte)'f', .. File.ReadAllBytes(FactsFile)]);
        var file = new LockFile { Distribution = "debian/bookworm", Architectures = { ["amd64"] = new LockedArchitecture(["libc6"], new() { ["bookworm"] = "ab" }, [new LockedPackage("bookworm", new ComposedPackage("libc6", "2.36", "amd64", "glibc", new string('a', 64), 5, "pool/l"))]) } };
        file.Save(_folder["lock.json"]);
        yield return ("lock", [(byte)'l', .. File.ReadAllBytes(_folder["lock.json"])]);
    }

    public override byte[]? Reshape(byte[] input, Random random) =>
        input.Length > 1 && input[0] is (byte)'c' or (byte)'l' && JsonShapes.Change(input[1..], random) is { } changed ? [input[0], .. changed] : null;

    public override byte[] Repair(byte[] input, Random random) => random.Next(10) == 0 ? input : Seal(input);

    public override string Run(byte[] input)
    {
        if (input.Length == 0) return "nothing";
        var body = input[1..];
        return (char)input[0] switch
        {
            'c' => "chain " + (ChainRecord.Read(body, _ => new LayerOrigin(new ContentSources())) is { } chains ? string.Join(' ', chains.Select(Count)) : "none"),
            'i' => "index " + Index(body),
            's' => "state " + State(body),
            'f' => "facts " + Facts(body),
            'l' => "lock " + Lock(body),
            _ => $"references {RecordReferences.Of(body).Count}",
        };
    }

    public override void Dispose() => _folder.Dispose();

    private static string Count(LayerChain? chain)
    {
        if (chain is null) return "unknown";
        Require(chain.Layers.All(l => l is { CreatedBy: not null, Blob: { MediaType: not null, Digest.IsEmpty: false } } && !l.DiffId.IsEmpty), "a layer of a record lacks something");
        return chain.Layers.Count.ToString(CultureInfo.InvariantCulture);
    }

    private string Index(byte[] body)
    {
        File.WriteAllBytes(IndexFile, body);
        var record = new FileCacheIndex(_folder["index"], TimeProvider.System).FindAsync(s_key, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        Require(record is null || SHA256.HashData(record).AsSpan().SequenceEqual(body.AsSpan(0, Sum)), "a record was given whose checksum is wrong");
        return (record is null).ToString();
    }

    private string State(byte[] body)
    {
        File.WriteAllBytes(_folder["state"], body);
        var record = new BuildRecordFile(_folder["state"]).Find()?.Record;
        Require(record is null or { Names.Count: > 0, Manifests.Count: > 0, Digest.Length: > 19 }, "a record was given of a build that has no image");
        return $"{record is null} {record?.Files.Count}";
    }

    private string Facts(byte[] body)
    {
        File.WriteAllBytes(FactsFile, body);
        var facts = new FileFactsCache(_folder["facts"], TimeProvider.System).ReadAsync(_tree, CancellationToken.None).GetAwaiter().GetResult();
        Require(facts is [{ Sha256.Algorithm: "sha256", Sha1.Length: 40 }], "facts of a file are not whole");
        return facts[0].Size.ToString(CultureInfo.InvariantCulture);
    }

    private string Lock(byte[] body)
    {
        File.WriteAllBytes(_folder["lock.json"], body);
        var file = LockFile.Find(_folder["lock.json"], "debian/bookworm");
        var part = file?.Architectures.GetValueOrDefault("amd64");
        if (part is null) return "none";
        Require(part.Requested.All(r => r is not null) && part.Packages.All(p => p.Suite is not null && p.Package.CopyrightPath is not null), "a lock file lacks something");
        _ = CompositionCache.KeyOf(new CompositionRequest { Distribution = "debian/bookworm", Platform = Platform.LinuxAmd64 }, part);
        _ = part.Packages.Select(p => (p.Package.Name.Length, p.Package.Version.Length, p.Package.Sha256.Length, p.Package.Path.Length)).ToList();
        return $"{part.Packages.Count}";
    }

    // The checksum stands in front of what it covers; the state's also covers a fingerprint.
    private static byte[] Seal(byte[] input)
    {
        if (input.Length < 1 + Sum || input[0] is not ((byte)'i' or (byte)'s' or (byte)'f')) return input;
        var whole = (byte[])input.Clone();
        if (input[0] == 's' && input.Length >= 1 + 2 * Sum) s_fingerprint.CopyTo(whole.AsSpan(1 + Sum));
        SHA256.HashData(whole.AsSpan(1 + Sum)).CopyTo(whole.AsSpan(1));
        return whole;
    }
}
