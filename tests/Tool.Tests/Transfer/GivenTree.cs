using System.Text;
using MsBuildKit.Tool.Protocol;
using MsBuildKit.Tool.Transfer;

namespace MsBuildKit.Tool.Tests.Transfer;

/// <summary>A tree that a test makes up.</summary>
internal sealed class GivenTree : ISentTree
{
    private readonly Dictionary<string, byte[]> _content = new(StringComparer.Ordinal);

    public List<Stat> Entries { get; } = [];

    public GivenTree File(string path, string text, long modified = 0, uint mode = 0b110_100_100)
    {
        _content[path] = Encoding.UTF8.GetBytes(text);
        Entries.RemoveAll(e => e.Path == path);
        return Add(new Stat { Path = path, Mode = mode, Size = _content[path].Length, ModTime = modified });
    }

    public GivenTree Folder(string path) => Add(new Stat { Path = path, Mode = EntryMode.Directory | 0b111_101_101 });

    public GivenTree Link(string path, string target) => Add(new Stat { Path = path, Mode = EntryMode.Link | 0b111_111_111, Linkname = target });

    public GivenTree Add(Stat entry)
    {
        Entries.Add(entry);
        return this;
    }

    public Task<IReadOnlyList<Stat>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Stat>>(Entries);

    public ValueTask<Stream> OpenAsync(Stat entry, CancellationToken cancellationToken) =>
        new(new MemoryStream(_content.TryGetValue(entry.Path, out var bytes) ? bytes : throw new InvalidOperationException(entry.Path)));
}
