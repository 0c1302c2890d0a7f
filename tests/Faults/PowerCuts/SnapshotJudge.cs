using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.PowerCuts;

/// <summary>Looks at the snapshots on a disk as find and sha256sum see them, and says what is not as promised.</summary>
/// <param name="root">The store.</param>
/// <param name="owner">The user and group of every file, as <c>1000:1000</c>.</param>
internal sealed class SnapshotJudge(string root, string owner)
{
    private const int NameLength = 24;

    private string Snapshots => Path.Combine(root, StoreTrees.Snapshots);

    /// <summary>Every one that is there is whole, and each that is owed is there.</summary>
    /// <param name="begun">Every chain that may be there.</param>
    /// <param name="owed">Those that were said to be.</param>
    public async Task<(int Whole, IReadOnlyList<string> Broken)> JudgeAsync(IReadOnlySet<string> begun, IReadOnlySet<string> owed)
    {
        var there = Directory.Exists(Snapshots) ? Directory.EnumerateDirectories(Snapshots).Select(d => Path.GetFileName(d)).Where(n => n != StoreTrees.Staging).ToHashSet() : [];
        var (broken, whole) = (new List<string>(), 0);
        var trees = await ListAsync();
        foreach (var chain in begun)
        {
            var contents = chain.Split('.').Select(n => new SnapshotContent(int.Parse(n, null))).ToList();
            var name = ChainId.Of(contents.Select(c => c.DiffId))[^1].Hex[..NameLength];
            if (!there.Remove(name))
            {
                if (owed.Contains(chain)) broken.Add($"the snapshot {chain} was said to be there and is not");
                continue;
            }
            if (trees.GetValueOrDefault(name, []).Order(StringComparer.Ordinal).SequenceEqual(contents[^1].Lines)) whole++;
            else broken.Add($"the snapshot {chain} ({name}) is there and not whole: {string.Join(' ', trees.GetValueOrDefault(name, []).Except(contents[^1].Lines).Take(3))}");
        }
        broken.AddRange(there.Select(n => $"nobody made the snapshot '{n}'"));
        return (whole, broken);
    }

    /// <summary>What is on its way in or out, for which there is nobody any more.</summary>
    public IReadOnlyList<string> FindStaged() => [.. Directory.EnumerateFileSystemEntries(Path.Combine(Snapshots, StoreTrees.Staging)).Select(e => $"'{e}' is left")];

    // Another owner or time stands in the line, where no expected one has it.
    private async Task<Dictionary<string, List<string>>> ListAsync()
    {
        if (!Directory.Exists(Snapshots)) return [];
        var (user, group) = (owner.Split(':')[0], owner.Split(':')[1]);
        var sane = $"-uid {user} -gid {group} ! -newermt @0";
        var script = $$"""
            find . -mindepth 3 -path './*/fs/*' ! -path './{{StoreTrees.Staging}}/*' \( -type d {{sane}} -printf '%P|d|%m|\n' \) -o \( -type l {{sane}} -printf '%P|l|%m|%l\n' \) -o \( -type f {{sane}} -printf '%P|f|%m|%i\n' \) -o -path './*/fs/*' ! -path './{{StoreTrees.Staging}}/*' -printf '%P|%y|%m|%U:%G|%t\n'
            echo
            find . -mindepth 3 -path './*/fs/*' ! -path './{{StoreTrees.Staging}}/*' -type f -printf '%i ' -exec sha256sum {} \;
            """;
        var parts = (await Command.RunAsync("/bin/sh", ["-euc", script], Snapshots)).Succeeded().Output.Split("\n\n");
        var hashes = parts.Length < 2 ? [] : parts[1].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')).ToDictionary(f => f[0], f => f[1]);
        var trees = new Dictionary<string, List<string>>();
        foreach (var line in parts[0].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var end = line.IndexOf("/fs/", StringComparison.Ordinal);
            var fields = line[(end + 4)..].Split('|');
            if (fields[1] == "f") fields[3] = hashes.GetValueOrDefault(fields[3], fields[3]);
            (trees.TryGetValue(line[..end], out var tree) ? tree : trees[line[..end]] = []).Add(string.Join('|', fields));
        }
        return trees;
    }
}
