using System.Diagnostics;
using System.IO.Compression;
using MsBuildKit.Engine.Oci;
using ZstdSharp;

namespace MsBuildKit.TestKit.Archives;

/// <summary>Compresses as other tools do it.</summary>
public static class Packing
{
    public static byte[] Pack(byte[] plain, Compression compression)
    {
        var output = new MemoryStream();
        using (var packed = Open(output, compression)) packed.Write(plain);
        return output.ToArray();
    }

    /// <summary>Compresses by a program that reads from its input and writes to its output.</summary>
    public static byte[] PackBy(string program, byte[] plain)
    {
        using var process = Process.Start(new ProcessStartInfo(RealTool.Find(program), ["-c"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        process.StandardInput.BaseStream.Write(plain);
        process.StandardInput.Close();
        var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        return output.ToArray();
    }

    /// <summary>A stream that compresses into <paramref name="output"/>, which it leaves open.</summary>
    public static Stream Open(Stream output, Compression compression) => compression switch
    {
        Compression.Gzip => new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true),
        Compression.Zstd => new CompressionStream(output, leaveOpen: true),
        _ => new BufferedStream(new KeptOpen(output)),
    };

    private sealed class KeptOpen(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
