using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Faults.PowerCuts;

/// <summary>What a writer was told is kept, by what it said until its end.</summary>
/// <param name="Blobs">Every one.</param>
/// <param name="Held">Those of builds that had not begun to end.</param>
/// <param name="Records">Keys of saved records.</param>
internal sealed record Acknowledged(IReadOnlySet<Digest> Blobs, IReadOnlySet<Digest> Held, IReadOnlySet<Digest> Records)
{
    public static Acknowledged Read(IEnumerable<string> lines)
    {
        var (blobs, held, records) = (new HashSet<Digest>(), new Dictionary<string, HashSet<Digest>>(), new HashSet<Digest>());
        foreach (var line in lines)
            switch (line.Split(' '))
            {
                case ["+", var build, { Length: 64 } hex]:
                    blobs.Add(Of(hex));
                    (held.TryGetValue(build, out var set) ? set : held[build] = []).Add(Of(hex));
                    break;
                case ["-", var build]:
                    held.Remove(build);
                    break;
                case ["r", { Length: 64 } hex]:
                    records.Add(Of(hex));
                    break;
            }
        return new Acknowledged(blobs, held.Values.SelectMany(d => d).ToHashSet(), records);
    }

    private static Digest Of(string hex) => Digest.Parse("sha256:" + hex);
}
