using System.Globalization;
using System.Security.Cryptography;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Faults.PowerCuts;

/// <summary>A layer that is unpacked while the power is cut, by its number, so that who checks knows what its tree must be.</summary>
internal sealed class SnapshotContent
{
    private const int Files = 8, LargestFile = 30_000;

    private readonly List<string> _lines = [];

    public SnapshotContent(int number)
    {
        var random = new Random(number);
        var (tar, folder) = (new RawTar(), string.Create(CultureInfo.InvariantCulture, $"d{number}"));
        tar.Add('5', folder, mode: 0b111_101_101);
        _lines.Add($"{folder}|d|755|");
        for (var i = 0; i < Files; i++)
        {
            var bytes = new byte[random.Next(LargestFile)];
            random.NextBytes(bytes);
            var (name, mode) = (string.Create(CultureInfo.InvariantCulture, $"{folder}/{i}"), random.Next(2) == 0 ? 0b110_100_100 : 0b101_101_101);
            tar.Add('0', name, content: bytes, mode: mode);
            _lines.Add($"{name}|f|{Convert.ToString(mode, 8)}|{Convert.ToHexStringLower(SHA256.HashData(bytes))}");
        }
        tar.Link(folder + "/link", "/elsewhere");
        _lines.Add(folder + "/link|l|777|/elsewhere");
        Tar = tar.ToArray();
        DiffId = Digest.Of(Tar);
        _lines.Sort(StringComparer.Ordinal);
    }

    public byte[] Tar { get; }

    public Digest DiffId { get; }

    /// <summary>Its tree, a line for each name: path, kind, mode, and the content's SHA-256 or a link's target.</summary>
    public IReadOnlyList<string> Lines => _lines;
}
