using Microsoft.Win32.SafeHandles;

namespace MsBuildKit.Tool.Transfer;

/// <summary>A file of many small contents, one behind the other: to make a file of each costs several times what it costs to write them.</summary>
internal sealed class ContentPack : IDisposable
{
    private readonly SafeFileHandle? _file;
    private long _length;

    /// <summary>A new one.</summary>
    /// <param name="folder">Where it is.</param>
    /// <param name="name">Of the file.</param>
    public ContentPack(string folder, string name)
        : this(name, 0L) => _file = File.OpenHandle(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>One that is there, and gets no more.</summary>
    public ContentPack(string name, long length) => (Name, _length) = (name, length);

    public string Name { get; }

    /// <summary>What was written to it.</summary>
    public long Length => Interlocked.Read(ref _length);

    /// <summary>Writes a content. Several may be written at once.</summary>
    public ContentPlace Append(IReadOnlyList<ReadOnlyMemory<byte>> chunks)
    {
        var size = chunks.Sum(c => (long)c.Length);
        var offset = Interlocked.Add(ref _length, size) - size;
        if (size > 0) RandomAccess.Write(_file!, chunks, offset);
        return new ContentPlace(Name, offset, size);
    }

    public void Dispose() => _file?.Dispose();
}
