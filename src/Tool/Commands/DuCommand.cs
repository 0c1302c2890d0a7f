using System.CommandLine;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>du</c>: how large the store is, and of what.</summary>
internal static class DuCommand
{
    public static Command Create(ToolHost host, StoreOption store)
    {
        var verbose = new Option<bool>("--verbose", "-v") { Description = "List the blobs too, the largest first." };
        var format = new FormatOptions();
        var command = new Command("du", "Show how large the store is, and of what. Every byte and every inode is counted, as 'du -sb' and 'du -s --inodes' do.") { verbose };
        format.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            if (await OwnNamespace.TryRunAsync(host, store.PathOf(result), result, cancellationToken).ConfigureAwait(false) is { } code) return code;
            var usage = StoreUsage.Read(store.PathOf(result));
            if (format.IsJson(result)) WriteJson(host, usage, result.GetValue(verbose));
            else WriteText(host, usage, result.GetValue(verbose));
            return ExitCodes.Success;
        });
        return command;
    }

    private static void WriteText(ToolHost host, StoreUsage usage, bool verbose)
    {
        host.Output.WriteLine($"Store: {usage.Root}");
        host.Output.WriteLine();
        var table = new Table("WHAT", ">COUNT", ">SIZE", ">IN USE");
        foreach (var part in usage.Parts)
            table.Add(part.Title, Counts.Text(part.Count), ByteSize.Text(part.Size), part.InUseSize > 0 ? ByteSize.Text(part.InUseSize) : "");
        table.Add("total", Counts.Text(usage.Count), ByteSize.Text(usage.Size), ByteSize.Text(usage.InUseSize));
        table.Write(host.Output);
        if (!verbose) return;
        host.Output.WriteLine();
        var blobs = new Table("BLOB", ">SIZE", ">LAST USED", "");
        foreach (var blob in BySize(usage))
            blobs.Add(blob.Digest.ToString(), ByteSize.Text(blob.File.Size), Age.Since(blob.File.LastUsed, host.Time), usage.Held.Contains(blob.Digest) ? "in use" : "");
        blobs.Write(host.Output);
    }

    private static void WriteJson(ToolHost host, StoreUsage usage, bool verbose) => Json.Write(host.Output, json =>
    {
        json.WriteStartObject();
        json.WriteString("store", usage.Root);
        foreach (var part in usage.Parts)
        {
            json.WriteStartObject(part.Name);
            json.WriteNumber("count", part.Count);
            json.WriteNumber("size", part.Size);
            json.WriteNumber("inUse", part.InUse);
            json.WriteNumber("inUseSize", part.InUseSize);
            json.WriteEndObject();
        }
        json.WriteNumber("count", usage.Count);
        json.WriteNumber("size", usage.Size);
        if (verbose)
        {
            json.WriteStartArray("items");
            foreach (var blob in BySize(usage))
            {
                json.WriteStartObject();
                json.WriteString("digest", blob.Digest.ToString());
                json.WriteNumber("size", blob.File.Size);
                json.WriteString("lastUsed", blob.File.LastUsed);
                json.WriteBoolean("inUse", usage.Held.Contains(blob.Digest));
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    });

    private static IEnumerable<StoredBlob> BySize(StoreUsage usage) =>
        usage.Blobs.OrderByDescending(b => b.File.Size).ThenBy(b => b.Digest.ToString(), StringComparer.Ordinal);
}
