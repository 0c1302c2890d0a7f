using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers.Rootless.Protocol;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Where the contents are of described layers that steps under way have among their inputs, by digest. For several threads at once.</summary>
internal sealed class StepContents
{
    private readonly Lock _gate = new();
    private readonly List<Dictionary<Digest, (LocalFile File, FileFacts Facts)>> _tables = [];

    /// <summary>The contents of a step are to be had until what is returned is disposed. Throws <see cref="OciException"/> for a table that is not whole.</summary>
    public IDisposable Add(RunStep step)
    {
        if (step.Contents.Count == 0) return new Removal(this, []);
        var table = step.Contents.SelectMany(LentTables.FromWire).ToDictionary(c => c.Facts.Sha256);
        lock (_gate) _tables.Add(table);
        return new Removal(this, table);
    }

    /// <summary>Opens a content, which proves at its end to be the one; <c>null</c> when no step has it.</summary>
    public Func<Stream>? Opening(Digest content)
    {
        lock (_gate)
            foreach (var table in _tables)
                if (table.TryGetValue(content, out var found)) return () => new LentFileStream(found.File, found.Facts);
        return null;
    }

    private sealed class Removal(StepContents contents, Dictionary<Digest, (LocalFile, FileFacts)> table) : IDisposable
    {
        public void Dispose()
        {
            lock (contents._gate) contents._tables.Remove(table);
        }
    }
}
