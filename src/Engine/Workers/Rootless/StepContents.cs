using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers.Rootless.Protocol;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Where the contents are of described layers that steps under way have among their inputs, by digest. For several threads at once.</summary>
internal sealed class StepContents
{
    private readonly Lock _gate = new();
    private readonly List<StepTables> _steps = [];
    private readonly Dictionary<string, SafeFileHandle> _open = new(StringComparer.Ordinal);

    /// <summary>The contents of a step are to be had until what is returned is disposed.</summary>
    public IDisposable Add(RunStep step)
    {
        var tables = new StepTables(step.Contents);
        lock (_gate) _steps.Add(tables);
        return new Removal(this, tables);
    }

    /// <summary>Opens a content, which proves at its end to be the one. Throws MBK2003 when no step has it.</summary>
    public Stream Open(Digest content)
    {
        lock (_gate)
            foreach (var step in _steps)
                if (step.Find(content) is { } found) return Open(found.File, found.Facts);
        throw WorkerException.ContentGone(content);
    }

    // One file has many small contents. What a step finds by another's tables it may read longer than that one is there.
    private LentFileStream Open(LocalFile file, FileFacts facts)
    {
        if (file.Offset is null) return new LentFileStream(file, facts);
        if (!_open.TryGetValue(file.HostPath, out var open)) _open.Add(file.HostPath, open = LentFileStream.Open(file.HostPath));
        return new LentFileStream(file, facts, open);
    }

    private void Remove(StepTables step)
    {
        lock (_gate)
        {
            _steps.Remove(step);
            if (_steps.Count > 0) return;
            foreach (var file in _open.Values) file.Dispose();
            _open.Clear();
        }
    }

    // Most steps want a few of many contents, or none: only for many it is worth to have them in order.
    private sealed class StepTables(IReadOnlyList<LentContents> tables)
    {
        private const int Few = 64;

        private int _asked;
        private Dictionary<Digest, (LocalFile File, FileFacts Facts)>? _known;

        public (LocalFile File, FileFacts Facts)? Find(Digest content)
        {
            if (_known is null && _asked++ < Few) return LentTables.Find(tables, content);
            _known ??= tables.SelectMany(LentTables.FromWire).DistinctBy(c => c.Facts.Sha256).ToDictionary(c => c.Facts.Sha256);
            return _known.TryGetValue(content, out var found) ? found : null;
        }
    }

    private sealed class Removal(StepContents contents, StepTables tables) : IDisposable
    {
        public void Dispose() => contents.Remove(tables);
    }
}
