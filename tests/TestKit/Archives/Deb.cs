using System.Globalization;
using System.Text;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.TestKit.Archives;

/// <summary>Packages as files (deb(5)), sound ones and others.</summary>
public static class Deb
{
    public const string Name = "evil";

    /// <summary>What a sound control file of <see cref="Name"/> says.</summary>
    public const string Control = "Package: evil\nVersion: 1\nArchitecture: amd64\nMaintainer: nobody\nDescription: none\n";

    /// <summary>A package with a sound control and this data.</summary>
    public static byte[] Of(byte[] dataTar, Compression compression = Compression.Gzip, string control = Control) =>
        Ar(("debian-binary", "2.0\n"u8.ToArray()), ("control.tar.gz", ControlTar(control)), ("data.tar" + Extension(compression), Packing.Pack(dataTar, compression)));

    public static byte[] ControlTar(string control) => Packing.Pack(new RawTar().Folder("./").File("./control", control).ToArray(), Compression.Gzip);

    /// <summary>An ar archive of these members.</summary>
    public static byte[] Ar(params IReadOnlyList<(string Name, byte[] Bytes)> members)
    {
        var output = new MemoryStream();
        output.Write("!<arch>\n"u8);
        foreach (var (name, bytes) in members)
        {
            output.Write(Header(name, bytes.Length.ToString(CultureInfo.InvariantCulture)));
            output.Write(bytes);
            if (bytes.Length % 2 == 1) output.WriteByte((byte)'\n');
        }
        return output.ToArray();
    }

    /// <summary>A member's header with a size as it is.</summary>
    public static byte[] Header(string name, string size) => Encoding.ASCII.GetBytes($"{name,-16}{0,-12}{0,-6}{0,-6}{100644,-8}{size,-10}`\n");

    private static string Extension(Compression compression) => compression switch { Compression.Gzip => ".gz", Compression.Zstd => ".zst", _ => "" };
}
