using System.Globalization;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Workers;

/// <summary>Finds the numbers behind user and group names, in an image's own <c>/etc/passwd</c> and <c>/etc/group</c>.</summary>
/// <remarks>Only a name makes the layers be read (and fetched); digits are never looked up as names. An image is not trusted: what is
/// larger than any real file of users, or a link, is refused.</remarks>
public sealed class ImageUsers(LocalContentStore store, ILayerProvider layers)
{
    private const int LargestFile = 10 << 20, LongestLine = 64 << 10;

    private enum Finding
    {
        Nothing,
        Removed,
        Other,
        File,
    }

    /// <summary>Resolves <c>user[:group]</c>; without a group it is the user's own for a name, and the same number for a number.
    /// Without a user it is root. Throws MBK2004 when the image knows no such name.</summary>
    public async Task<(int Uid, int Gid)> ResolveAsync(string owner, LayerChain image, CancellationToken cancellationToken)
    {
        var parts = owner.Split(':', 2);
        int uid, gid;
        if (parts[0] is "root" or "") (uid, gid) = (0, 0);
        else if (ParseId(parts[0]) is { } number) (uid, gid) = (number, number);
        else
        {
            var row = await FindRowAsync("etc/passwd", parts[0], image, cancellationToken).ConfigureAwait(false) ?? throw Unknown("user", parts[0]);
            (uid, gid) = (NumberOf(row, 2, "user"), NumberOf(row, 3, "user"));
        }
        if (parts.Length == 1) return (uid, gid);
        if (parts[1] == "root") return (uid, 0);
        if (ParseId(parts[1]) is { } group) return (uid, group);
        var groupRow = await FindRowAsync("etc/group", parts[1], image, cancellationToken).ConfigureAwait(false) ?? throw Unknown("group", parts[1]);
        return (uid, NumberOf(groupRow, 2, "group"));
    }

    // The topmost layer that says anything of the file decides, as it does in a container.
    private async Task<string[]?> FindRowAsync(string path, string name, LayerChain image, CancellationToken cancellationToken)
    {
        if (name.Length == 0) return null;
        foreach (var layer in image.Layers.Reverse())
        {
            var (found, row) = await ReadAsync(layer, path, name, cancellationToken).ConfigureAwait(false);
            if (found == Finding.Other)
                throw new WorkerException(WorkerException.UnknownUser, ErrorKind.Invalid, $"The base image's '/{path}' is no file of at most {LargestFile >> 20} MiB, so '{name}' cannot be looked up in it. Use a number, or another base.");
            if (found != Finding.Nothing) return row;
        }
        return null;
    }

    private async Task<(Finding Finding, string[]? Row)> ReadAsync(Layer layer, string path, string name, CancellationToken cancellationToken)
    {
        await layers.EnsureAsync(layer, cancellationToken).ConfigureAwait(false);
        try
        {
            return await ReadHereAsync(layer, path, name, cancellationToken).ConfigureAwait(false);
        }
        catch (SnapshotException)
        {
            // When only our copy is damaged, the image is not to blame.
            await store.ProveAsync(layer.Blob.Digest, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<(Finding Finding, string[]? Row)> ReadHereAsync(Layer layer, string path, string name, CancellationToken cancellationToken)
    {
        var blob = await store.FindAsync(layer.Blob.Digest, cancellationToken).ConfigureAwait(false)
            ?? throw new ContentException(ContentException.NotThere, ErrorKind.NotFound, $"'{layer.Blob.Digest}' vanished from the store '{store.Root}'. Build again.");
        (Finding Finding, string[]? Row) seen = (Finding.Nothing, null);
        await using (blob.ConfigureAwait(false))
            await LayerReader.ReadAsync(blob, MediaTypes.LayerCompression(layer.Blob.MediaType) ?? Compression.None, layer.DiffId, async (entry, content) =>
            {
                if (Judge(entry, path) is not (not Finding.Nothing and var finding)) return;
                // A layer may remove what is below it and bring its own: the removal never hides that.
                if (finding == Finding.Removed && seen.Finding != Finding.Nothing) return;
                seen = (finding, finding == Finding.File && content is not null ? await FindAsync(content, name, cancellationToken).ConfigureAwait(false) : null);
            }, cancellationToken).ConfigureAwait(false);
        return seen;
    }

    private static Finding Judge(TreeEntry entry, string path)
    {
        var (folder, file) = (path[..path.IndexOf('/')], path[(path.IndexOf('/') + 1)..]);
        if (entry.Path == path) return entry.Type == TreeEntryType.File && entry.Size <= LargestFile ? Finding.File : Finding.Other;
        if (entry.Path == folder) return entry.Type == TreeEntryType.Directory ? Finding.Nothing : Finding.Other;
        return entry.Path == $"{folder}/.wh.{file}" || entry.Path == $"{folder}/.wh..wh..opq" || entry.Path == $".wh.{folder}" || entry.Path == ".wh..wh..opq"
            ? Finding.Removed
            : Finding.Nothing;
    }

    internal static async Task<string[]?> FindAsync(Stream content, string name, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(content, leaveOpen: true);
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
            if (line.Length <= LongestLine && line.IndexOf(':', StringComparison.Ordinal) is >= 0 and var end && line.AsSpan(0, end).SequenceEqual(name))
                return line.Split(':');
        return null;
    }

    // What is all digits is never a name: were it looked up, an image could say that a number too large for one is root.
    private static int? ParseId(string text)
    {
        if (text.Length == 0 || !text.All(char.IsAsciiDigit)) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id
            : throw new WorkerException(WorkerException.UnknownUser, ErrorKind.Invalid, $"'{text}' is too large for the number of a user or group. Use one up to {int.MaxValue}.");
    }

    internal static int NumberOf(string[] row, int column, string kind) => row.Length > column && ParseId(row[column]) is { } id ? id : throw Unknown(kind, row[0]);

    private static WorkerException Unknown(string kind, string name) => new(WorkerException.UnknownUser, ErrorKind.NotFound,
        $"The base image knows no {kind} '{name}', so files cannot belong to it. Use a number, or a base that has it.");
}
