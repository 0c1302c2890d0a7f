using System.Text.Json;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit;

namespace MsBuildKit.Integration.Tests.Tool;

/// <summary>du, prune, verify and inspect on a store in the default place, which the tool finds by XDG_CACHE_HOME.</summary>
public sealed class StoreCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Root => _folder["msbuildkit"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Du_Json_AccountsForEveryByteAndInodeThatDuCounts()
    {
        await FillAsync();
        using var json = JsonDocument.Parse((await TheTool.RunAsync(_folder.Path, "du", "--json", "--verbose")).Succeeded().Output);
        Assert.Equal(await DuAsync("-sb"), json.RootElement.GetProperty("size").GetInt64());
        Assert.Equal(await DuAsync("-s", "--inodes"), json.RootElement.GetProperty("count").GetInt64());
        Assert.Equal(Root, json.RootElement.GetProperty("store").GetString());
        var items = json.RootElement.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("size").GetInt64()).ToList();
        Assert.Equal(json.RootElement.GetProperty("blobs").GetProperty("count").GetInt32(), items.Count);
        Assert.Equal(items.OrderDescending(), items);
    }

    [Fact]
    public async Task Du_Text_IsATable()
    {
        await FillAsync();
        var lines = (await TheTool.RunAsync(_folder.Path, "du")).Succeeded().Output.Split('\n');
        Assert.Equal($"Store: {Root}", lines[0]);
        Assert.Matches(@"^WHAT +COUNT +SIZE +IN USE$", lines[2]);
        Assert.Matches(@"^blobs +9 +7[0-9]\.[0-9] kB$", lines[3]);
    }

    [Fact]
    public async Task Du_StoreNamed_IsThatOne()
    {
        await FillAsync();
        Directory.Move(Root, _folder["other"]);
        Assert.StartsWith($"Store: {_folder["other"]}\n", (await TheTool.RunAsync(_folder.Path, "du", "--store", "other")).Succeeded().Output);
    }

    [Fact]
    public async Task Prune_WithoutOptions_RemovesWhatIsAWeekOld()
    {
        await FillAsync();
        var blobs = Directory.GetFiles(Path.Combine(Root, "blobs/sha256"));
        File.SetLastWriteTimeUtc(blobs[0], DateTime.UtcNow.AddDays(-8));
        var output = (await TheTool.RunAsync(_folder.Path, "prune")).Succeeded().Output;
        Assert.Contains($"blob {Path.GetFileName(blobs[0])}", output);
        Assert.Contains(": 1 blob.", output);
        Assert.Equal(blobs.Skip(1).Order(), Directory.GetFiles(Path.Combine(Root, "blobs/sha256")).Order());
        Assert.Contains("Nothing was unused for 1 week", (await TheTool.RunAsync(_folder.Path, "prune")).Succeeded().Output);
    }

    [Fact]
    public async Task Prune_DryRunThenAll_TellsThenDoes()
    {
        await FillAsync();
        var told = (await TheTool.RunAsync(_folder.Path, "prune", "--all", "--dry-run")).Succeeded().Output;
        Assert.Contains("Would free 7", told);
        Assert.Contains("9 blobs", told);
        Assert.Equal(9, Directory.GetFiles(Path.Combine(Root, "blobs/sha256")).Length);
        Assert.Contains("Freed 7", (await TheTool.RunAsync(_folder.Path, "prune", "--all")).Succeeded().Output);
        Assert.Empty(Directory.GetFiles(Path.Combine(Root, "blobs/sha256")));
    }

    [Fact]
    public async Task Prune_WhileABuildHoldsBlobs_KeepsThem()
    {
        await FillAsync();
        await using var build = new LocalContentStore(Root);
        var held = Digest.FromSha256(Convert.FromHexString(Path.GetFileName(Directory.GetFiles(Path.Combine(Root, "blobs/sha256"))[0])));
        build.Retain(held);
        await using var ingest = build.BeginIngest();
        await ingest.WriteAsync("more"u8.ToArray(), default);
        var output = (await TheTool.RunAsync(_folder.Path, "prune", "--all")).Succeeded().Output;
        Assert.Equal([build.PathOf(held)], Directory.GetFiles(Path.Combine(Root, "blobs/sha256")));
        Assert.Contains("8 blobs", output);
        Assert.DoesNotContain("running builds use 0 B", output);
        Assert.NotEqual(default, await ingest.CommitAsync(null, null, default));
    }

    [Fact]
    public async Task Prune_KeepStorage_LeavesNoMore()
    {
        await FillAsync();
        (await TheTool.RunAsync(_folder.Path, "prune", "--keep-storage", "10kB")).Succeeded();
        var left = Directory.GetFiles(Root, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
        Assert.InRange(left, 0, 10_000);
    }

    [Fact]
    public async Task Prune_Filters_RemoveWhatFitsAllOfThem()
    {
        await FillAsync();
        var blobs = Directory.GetFiles(Path.Combine(Root, "blobs/sha256")).Select(f => Path.GetFileName(f)).ToList();
        var output = (await TheTool.RunAsync(_folder.Path, "prune", "--filter", "type=blob", "--filter", $"digest=sha256:{blobs[0][..12]}", "-f", $"digest={blobs[1][..12]}")).Succeeded().Output;
        Assert.Contains(": 2 blobs.", output);
        Assert.Equal(blobs.Skip(2).Order(), Directory.GetFiles(Path.Combine(Root, "blobs/sha256")).Select(f => Path.GetFileName(f)).Order());
        Assert.Contains("nothing to remove", (await TheTool.RunAsync(_folder.Path, "prune", "--all", "--filter", "unused-for=1d", "--filter", "unreferenced")).Succeeded().Output);
        Assert.Contains("7 blobs.", (await TheTool.RunAsync(_folder.Path, "prune", "--filter", "unreferenced")).Succeeded().Output);
    }

    [Theory]
    [InlineData("--filter", "type=layer")]
    [InlineData("--filter", "digest=")]
    [InlineData("--filter", "unused-for=soon")]
    [InlineData("--min-free-inodes", "many")]
    public async Task Prune_WhatItCannotRead_IsRefusedAndNothingGoes(string option, string value)
    {
        await FillAsync();
        var refused = await TheTool.RunAsync(_folder.Path, "prune", option, value);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains($"'{value}'", refused.Error);
        Assert.Equal(9, Directory.GetFiles(Path.Combine(Root, "blobs/sha256")).Length);
    }

    [Fact]
    public async Task Prune_MinFreeInodes_RemovesOnlyWhenTheDiskHasFewer()
    {
        await FillAsync();
        Assert.Contains("nothing to remove", (await TheTool.RunAsync(_folder.Path, "prune", "--min-free-inodes", "1")).Succeeded().Output);
        Assert.Contains("9 blobs", (await TheTool.RunAsync(_folder.Path, "prune", "--min-free-inodes", "9000000000")).Succeeded().Output);
    }

    [Fact]
    public async Task Verify_DamagedStore_FailsUntilItIsRepaired()
    {
        await FillAsync();
        Assert.Contains("Checked 9 blobs", (await TheTool.RunAsync(_folder.Path, "verify")).Succeeded().Output);
        var blob = Directory.GetFiles(Path.Combine(Root, "blobs/sha256"))[0];
        File.Delete(blob);
        File.WriteAllText(blob, "something else");

        var found = await TheTool.RunAsync(_folder.Path, "verify");
        Assert.Equal(1, found.ExitCode);
        Assert.Contains($"blobs/sha256/{Path.GetFileName(blob)}: its 14 bytes are those of sha256:", found.Output);
        Assert.Contains("1 fault.", found.Output);
        Assert.True(File.Exists(blob));

        Assert.Contains("(removed)", (await TheTool.RunAsync(_folder.Path, "verify", "--repair")).Succeeded().Output);
        Assert.False(File.Exists(blob));
        (await TheTool.RunAsync(_folder.Path, "verify")).Succeeded();
    }

    [Fact]
    public async Task Inspect_Store_FindsTheImageOnce()
    {
        var digest = await FillAsync();
        using var json = JsonDocument.Parse((await TheTool.RunAsync(_folder.Path, "inspect", "--json")).Succeeded().Output);
        var image = Assert.Single(json.RootElement.EnumerateArray());
        Assert.Equal(digest.ToString(), image.GetProperty("digest").GetString());
        Assert.Empty(image.GetProperty("names").EnumerateArray());
    }

    private async Task<long> DuAsync(params string[] options) =>
        long.Parse((await Command.RunAsync("du", [.. options, Root])).Succeeded().Output.Split('\t')[0]);

    private async Task<Digest> FillAsync()
    {
        await using var store = new LocalContentStore(Root);
        return (await new SampleImage(store).AssembleAsync()).Root.Digest;
    }
}
