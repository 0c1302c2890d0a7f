using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>Image references: what is read and printed is the same when it is read again, and plain ASCII.</summary>
internal sealed class ReferenceTarget : FuzzTarget
{
    public override IReadOnlyList<string> Words => ["docker.io", "index.docker.io", "library/", "localhost", ":5000", "[::1]", "@sha256:", "@sha512:", new string('a', 64), new string('0', 128), "latest", "__", "--", "..", "xn--"];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds() => new Dictionary<string, string>
    {
        ["short"] = "debian", ["tagged"] = "registry.example:5000/team/app:1.0", ["pinned"] = "localhost/a@sha256:" + new string('a', 64), ["both"] = "docker.io/library/debian:bookworm@sha512:" + new string('b', 128),
        ["address"] = "[fe80::1]:443/a/b", ["long"] = new string('a', 230) + ":" + new string('t', 128), ["longest"] = new string('a', 247) + ":" + new string('t', 128) + "@sha512:" + new string('0', 128),
    }.Select(s => (s.Key, Bytes(s.Value)));

    public override string Run(byte[] input)
    {
        var text = Text(input);
        ImageReference.IsRegistry(text);
        var reference = ImageReference.Parse(text);
        var printed = reference.ToString();
        Require(ImageReference.TryParse(printed, out var again, out var why), $"'{printed}' was printed but cannot be read: {why}");
        Require(again == reference && again!.ToString() == printed, $"'{printed}' reads as '{again}'");
        Require(printed.All(c => c is > ' ' and < '\x7f'), $"'{printed}' is more than ASCII");
        Require(ImageReference.Create(reference.Registry, reference.Repository, reference.Tag, reference.Digest) == reference, $"'{printed}' is not the sum of its parts");
        return $"{reference.Registry == ImageReference.DefaultRegistry} {reference.Tag is null} {reference.Digest?.Algorithm} {reference.Repository.Count(c => c == '/')}";
    }
}
