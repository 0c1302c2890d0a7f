using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using MsBuildKit.Engine.Content;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>prune</c>: makes the store smaller.</summary>
internal static class PruneCommand
{
    private const string Description = """
        Remove from the store what was not used longest, until all that is asked for holds. What running builds use stays; it is safe to
        prune while others build. What dead processes left goes in any case. Nothing is written, so it works on a full disk.
        """;

    private static readonly (CollectedKind Kind, string Name)[] s_kinds =
        [(CollectedKind.Blob, "blob"), (CollectedKind.Record, "record"), (CollectedKind.Facts, "facts file"), (CollectedKind.Snapshot, "unpacked layer"), (CollectedKind.Cache, "cache"), (CollectedKind.Failed, "failed step"), (CollectedKind.Repository, "git clone"), (CollectedKind.Leftover, "leftover")];

    private static readonly TimeSpan s_defaultAge = TimeSpan.FromDays(7);

    public static Command Create(ToolHost host, StoreOption store)
    {
        var keep = new Option<long?>("--keep-storage") { Description = "Remove until the store is no larger than this, such as 10GB.", HelpName = "SIZE", CustomParser = ParseSize };
        var free = new Option<long?>("--min-free") { Description = "Remove until so much of the disk is free.", HelpName = "SIZE", CustomParser = ParseSize };
        var inodes = new Option<long?>("--min-free-inodes") { Description = "Remove until the disk has room for so many more files.", HelpName = "COUNT", CustomParser = ParseCount };
        var older = new Option<TimeSpan?>("--older-than")
        {
            Description = "Remove what was not used for this long, such as 7d, 36h or 30m. Without any option: 7d.", HelpName = "AGE", CustomParser = ParseAge,
        };
        var all = new Option<bool>("--all", "-a") { Description = "Remove everything that no running build uses." };
        var filter = FilterOption.Create();
        var dryRun = new Option<bool>("--dry-run", "-n") { Description = "Only tell what would be removed." };
        var command = new Command("prune", Description) { keep, free, inodes, older, all, filter, dryRun };
        command.SetAction(async (result, cancellationToken) =>
        {
            if (await OwnNamespace.TryRunAsync(host, store.PathOf(result), result, cancellationToken).ConfigureAwait(false) is { } code) return code;
            var policy = new CollectionPolicy
            {
                KeepBytes = result.GetValue(keep), MinFreeBytes = result.GetValue(free), MinFreeInodes = result.GetValue(inodes),
                OlderThan = result.GetValue(older), All = result.GetValue(all),
            };
            if (policy == new CollectionPolicy()) policy = result.GetValue(filter) is null ? policy with { OlderThan = s_defaultAge } : policy with { All = true };
            policy = policy with { Filter = result.GetValue(filter) ?? CollectionFilter.Anything };
            var collected = new StoreCollector(store.PathOf(result), host.Time).Collect(policy, result.GetValue(dryRun), cancellationToken);
            Write(host, collected, policy, result.GetValue(dryRun));
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(ToolHost host, CollectionResult collected, CollectionPolicy policy, bool dryRun)
    {
        foreach (var item in collected.Removed.Where(r => r.Kind == CollectedKind.Blob || dryRun))
            host.Output.WriteLine($"{item.Kind.ToString().ToLowerInvariant()} {Path.GetFileName(item.File.Path)}  {ByteSize.Text(item.File.Size)}");
        host.Output.WriteLine($"{(dryRun ? "Would free" : "Freed")} {ByteSize.Text(collected.FreedBytes)}: {Summary(collected)}.");
        host.Output.WriteLine($"{(dryRun ? "Would keep" : "Kept")} {ByteSize.Text(collected.KeptBytes)}, of which running builds use {ByteSize.Text(collected.InUseBytes)}.");
        if (collected.FreedBytes == 0 && policy == new CollectionPolicy { OlderThan = policy.OlderThan })
            host.Output.WriteLine($"Nothing was unused for {Age.Text(policy.OlderThan!.Value)}; see 'msbuildkit prune --help' for ways to remove more.");
    }

    private static string Summary(CollectionResult collected)
    {
        var counts = collected.Removed.CountBy(r => r.Kind).ToDictionary();
        var parts = s_kinds.Where(k => counts.ContainsKey(k.Kind)).Select(k => Counts.Text(counts[k.Kind], k.Name));
        return string.Join(", ", parts) is { Length: > 0 } text ? text : "nothing to remove";
    }

    private static long? ParseSize(ArgumentResult result)
    {
        if (ByteSize.TryParse(result.Tokens[0].Value, out var bytes)) return bytes;
        result.AddError($"'{result.Tokens[0].Value}' is no size. Write a number and a unit, such as 10GB or 512MiB.");
        return null;
    }

    private static long? ParseCount(ArgumentResult result)
    {
        if (long.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return count;
        result.AddError($"'{result.Tokens[0].Value}' is no number of files. Write digits only, such as 100000.");
        return null;
    }

    private static TimeSpan? ParseAge(ArgumentResult result)
    {
        if (Age.TryParse(result.Tokens[0].Value, out var age)) return age;
        result.AddError($"'{result.Tokens[0].Value}' is no span of time. Write a number and w, d, h, m or s, such as 7d.");
        return null;
    }
}
