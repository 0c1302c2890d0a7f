using System.Globalization;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Snapshots;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers;

/// <summary>What a source of one file wants the file to be in its tree. Blobs have the same attributes for it as files of web servers.</summary>
/// <param name="Name">As it is asked for, or empty.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Uid">Owner.</param>
/// <param name="Gid">Group.</param>
internal sealed record FetchedFile(string Name, int Mode, int Uid, int Gid)
{
    private const int DefaultMode = 0b110_000_000;

    /// <summary>Reads the attributes of a vertex; throws MBK2021.</summary>
    public static FetchedFile Of(Vertex vertex)
    {
        var attributes = vertex.Op.Source.Attrs;
        var mode = Number(vertex, SourceKeys.HttpMode) & 0b111_111_111_111;
        return new(attributes.TryGetValue(SourceKeys.HttpFileName, out var name) ? name : "", mode == 0 ? DefaultMode : mode, Number(vertex, SourceKeys.HttpUid), Number(vertex, SourceKeys.HttpGid));
    }

    /// <summary>Writes the layer of the file.</summary>
    /// <param name="name">What it is called in the end.</param>
    /// <param name="content">Its bytes, which are in the store.</param>
    /// <param name="size">How many they are.</param>
    /// <param name="seconds">Its time.</param>
    /// <param name="store">Gets the layer.</param>
    /// <param name="layering">How layers are written.</param>
    /// <param name="createdBy">What made it, for people.</param>
    /// <param name="cancellationToken">Leaves nothing in the store.</param>
    public async Task<VertexResult> WriteAsync(string name, Digest content, long size, long seconds, LocalContentStore store, LayerOptions layering, string createdBy, CancellationToken cancellationToken)
    {
        var entry = new TreeEntry
        {
            Path = name,
            Type = TreeEntryType.File,
            Mode = Mode,
            Uid = Uid,
            Gid = Gid,
            ModifiedSeconds = seconds,
            Size = size,
            Open = size == 0 ? null : () => store.Find(content) ?? throw new FileNotFoundException($"'{content}' is gone"),
        };
        return new LayersResult(new LayerChain([await LayerWriter.WriteAsync([entry], store, layering, createdBy, cancellationToken).ConfigureAwait(false)]));
    }

    // As Go reads numbers: a zero in front means octal. One that is not given is zero.
    private static int Number(Vertex vertex, string key)
    {
        if (!vertex.Op.Source.Attrs.TryGetValue(key, out var text)) return 0;
        try
        {
            return text.StartsWith('0') && text.Length > 1 ? Convert.ToInt32(text.TrimStart('0', 'o') is { Length: > 0 } octal ? octal : "0", 8) : int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw WorkerException.NoSource(vertex.Name, $"'{key}' is no number that it can be");
        }
    }
}
