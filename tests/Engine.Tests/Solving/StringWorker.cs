using System.Collections.Concurrent;
using System.Text;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Solving;

namespace MsBuildKit.Engine.Tests.Solving;

/// <summary>A worker whose results are strings: a vertex's name around its inputs. A local source is its current value.</summary>
internal sealed class StringWorker : IVertexWorker<string>
{
    private int _running;

    public ConcurrentDictionary<string, string> Locals { get; } = new();

    public ConcurrentDictionary<string, int> Runs { get; } = new();

    /// <summary>What a vertex uses of an input; all of it when nothing is said.</summary>
    public Dictionary<string, Func<int, string, string>> Used { get; } = [];

    public HashSet<string> Forgotten { get; } = [];

    public int MostAtOnce { get; private set; }

    public Func<Vertex, CancellationToken, Task>? OnRun { get; set; }

    public ValueTask<Digest> KeyAsync(Vertex vertex, CancellationToken cancellationToken) =>
        new(Locals.TryGetValue(vertex.Name, out var value) ? Digest.Of(Encoding.UTF8.GetBytes(value)) : vertex.Digest);

    public async ValueTask<IReadOnlyList<string>> RunAsync(Vertex vertex, IReadOnlyList<string> inputs, CancellationToken cancellationToken)
    {
        lock (Runs) MostAtOnce = Math.Max(MostAtOnce, ++_running);
        try
        {
            Runs.AddOrUpdate(vertex.Name, 1, (_, n) => n + 1);
            if (OnRun is { } hook) await hook(vertex, cancellationToken);
            if (Locals.TryGetValue(vertex.Name, out var value)) return [value.Split('#')[0]];
            return [$"{vertex.Name}({string.Join(',', inputs)})"];
        }
        finally
        {
            lock (Runs) _running--;
        }
    }

    public ValueTask<Digest?> ContentKeyAsync(Vertex consumer, int input, string result, CancellationToken cancellationToken) =>
        new(Digest.Of(Encoding.UTF8.GetBytes(Used.TryGetValue(consumer.Name, out var used) ? used(input, result) : result)));

    public ValueTask<byte[]?> SaveAsync(Vertex vertex, IReadOnlyList<string> results, CancellationToken cancellationToken) =>
        new(Encoding.UTF8.GetBytes(results[0]));

    public ValueTask<IReadOnlyList<string?>?> LoadAsync(Vertex vertex, ReadOnlyMemory<byte> record, CancellationToken cancellationToken)
    {
        var text = Encoding.UTF8.GetString(record.Span);
        return new(Forgotten.Contains(text) ? null : [text.Length == 0 ? null : text]);
    }
}
