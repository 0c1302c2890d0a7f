using System.Formats.Tar;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>The tars of layers: no entry that is handed over lies outside the image, and no more bytes come out than went in.</summary>
internal sealed class LayerTarget : FuzzTarget
{
    public override IReadOnlyList<string> Words => Tars.Words;

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds()
    {
        yield return ("own.tar", Tars.Own());
        foreach (var format in new[] { TarEntryFormat.V7, TarEntryFormat.Ustar, TarEntryFormat.Pax, TarEntryFormat.Gnu })
            yield return ($"{format}.tar", Tars.Write(format,
                (TarEntryType.Directory, "a/", null, null), (TarEntryType.RegularFile, "a/b", [1, 2, 3], null),
                (TarEntryType.SymbolicLink, format == TarEntryFormat.V7 ? "c" : new string('l', 99), null, "a/b"), (TarEntryType.HardLink, "d", null, "a/b")));
        yield return ("long.tar", Tars.Write(TarEntryFormat.Gnu, (TarEntryType.RegularFile, new string('g', 300), [1], null), (TarEntryType.SymbolicLink, "s", null, new string('t', 300))));
    }

    public override byte[]? Reshape(byte[] input, Random random) => Tars.ChangeHeader(input, random);

    public override byte[] Repair(byte[] input, Random random) => random.Next(10) == 0 ? input : Tars.Repair(input);

    public override string Run(byte[] input)
    {
        var kinds = new List<char>();
        long bytes = 0;
        LayerReader.ReadAsync(new MemoryStream(input), Compression.None, Digest.Of(input), async (entry, content) =>
        {
            Require(!entry.Path.StartsWith('/') && !entry.Path.Contains('\0') && !entry.Path.Split('/').Contains(".."), $"'{entry.Path}' is outside of the image");
            Require(entry.Link is null || entry.Type != TreeEntryType.HardLink || !entry.Link.Split('/').Contains(".."), $"'{entry.Link}' is outside of the image");
            if (content is not null)
            {
                var buffer = new byte[4096];
                for (int read; (read = await content.ReadAsync(buffer)) > 0;) bytes += read;
            }
            kinds.Add((char)('a' + (int)entry.Type));
        }, CancellationToken.None).GetAwaiter().GetResult();
        Require(bytes <= input.Length, $"{bytes} bytes came out of {input.Length}");
        return new string([.. kinds.Take(12)]);
    }
}
