using System.CommandLine;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>cache-mount list</c>: the caches of steps in a store.</summary>
internal static class CacheMountListCommand
{
    private const int ShortDigest = 12;

    public static Command Create(ToolHost host, StoreOption store)
    {
        var format = new FormatOptions();
        var command = new Command("list", "List the caches of steps: their ids, how large they are, when they were last used, and whether they are in use now.");
        format.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            if (await OwnNamespace.TryRunAsync(host, store.PathOf(result), result, cancellationToken).ConfigureAwait(false) is { } code) return code;
            var caches = new CacheMountList(store.PathOf(result)).Read();
            if (format.IsJson(result)) WriteJson(host, caches);
            else WriteText(host, caches);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void WriteText(ToolHost host, IReadOnlyList<CacheMountEntry> caches)
    {
        if (caches.Count == 0)
        {
            host.Output.WriteLine("There are no cache mounts. A step with CacheMounts makes them.");
            return;
        }
        var table = new Table("ID", ">SIZE", ">FILES", "LAST USED", "");
        foreach (var cache in caches)
            table.Add(cache.Name is { } name ? Printable.Text(name.Id) : $"({cache.Folder})", ByteSize.Text(cache.Size), Counts.Text(cache.Count), Age.Since(cache.LastUsed, host.Time), string.Join(", ", Remarks(cache)));
        table.Write(host.Output);
    }

    private static IEnumerable<string> Remarks(CacheMountEntry cache)
    {
        if (cache.Name is null) yield return "id not known until a step uses it again";
        if (cache.Name?.Number is { } number) yield return $"private, number {Counts.Text(number)}";
        if (cache.Name is { Ground.Length: > 0 } begun) yield return $"begun from {begun.Ground[(begun.Ground.IndexOf(':', StringComparison.Ordinal) + 1)..][..ShortDigest]}";
        if (cache.Use == CacheUse.Shared) yield return "in use, shared";
        if (cache.Use == CacheUse.Alone) yield return "in use, locked";
    }

    private static void WriteJson(ToolHost host, IReadOnlyList<CacheMountEntry> caches) => Json.Write(host.Output, json =>
    {
        json.WriteStartArray();
        foreach (var cache in caches)
        {
            json.WriteStartObject();
            json.WriteString("id", cache.Name?.Id);
            json.WriteString("folder", cache.Folder);
            if (cache.Name is { Ground.Length: > 0 } begun) json.WriteString("ground", begun.Ground);
            if (cache.Name?.Number is { } number) json.WriteNumber("private", number);
            json.WriteNumber("size", cache.Size);
            json.WriteNumber("count", cache.Count);
            json.WriteString("lastUsed", cache.LastUsed);
            json.WriteString("inUse", cache.Use switch { CacheUse.Shared => "shared", CacheUse.Alone => "locked", _ => "no" });
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
