using System.Diagnostics;
using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using MsBuildKit.TestKit;

namespace MsBuildKit.Integration.Tests.Tool;

/// <summary>build, without steps: from a Dockerfile to what was asked for.</summary>
public sealed class BuildCommandTests : IDisposable
{
    private readonly TempFolder _folder = new("build");

    public BuildCommandTests()
    {
        _folder.Write("app/Dockerfile", "FROM scratch AS files\nCOPY . /\nFROM files\nARG GREETING=none\nLABEL greeting=$GREETING\nCMD [\"/a\"]\n");
        _folder.Write("app/a", "A");
        _folder.Write("app/b", "B");
        _folder.Write("app/.dockerignore", "Dockerfile*\n.dockerignore\nb\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Build_TarOnStandardOutput_IsTheFilesThatAreNotIgnored()
    {
        var bytes = await ReadAsync("build", "-o", "-", _folder["app"]);
        Assert.Equal(["a"], Names(bytes));
    }

    [Fact]
    public async Task Build_IgnoreFileOfTheDockerfile_WinsOverThatOfTheContext()
    {
        File.Copy(_folder["app/Dockerfile"], _folder["app/Dockerfile.all"]);
        _folder.Write("app/Dockerfile.all.dockerignore", "a\n*ocker*\n");
        Assert.Equal(["b"], Names(await ReadAsync("build", "-o", "-", "-f", _folder["app/Dockerfile.all"], _folder["app"])));
    }

    [Fact]
    public async Task Build_Archive_HasTheNamesLabelsAndStatementsAskedFor()
    {
        var result = (await RunAsync("-t", "shop:1", "-t", "reg.example/team/shop:2", "--build-arg", "GREETING=hello", "--label", "k=v", "-o", "type=oci,dest=shop.tar", "--metadata-file", "meta.json", "--iidfile", "id", "app")).Succeeded();
        Assert.Empty(result.Output);
        using var meta = JsonDocument.Parse(File.ReadAllText(_folder["meta.json"]));
        var digest = meta.RootElement.GetProperty("containerimage.digest").GetString();
        Assert.Equal(digest, meta.RootElement.GetProperty("containerimage.descriptor").GetProperty("digest").GetString());
        Assert.Equal("docker.io/library/shop:1,reg.example/team/shop:2", meta.RootElement.GetProperty("image.name").GetString());
        Assert.Equal(digest, File.ReadAllText(_folder["id"]));
        using var shown = JsonDocument.Parse((await TheTool.RunAsync(_folder.Path, "inspect", "shop.tar", "--json")).Succeeded().Output);
        var image = shown.RootElement.EnumerateArray().First();
        Assert.Equal(digest, image.GetProperty("digest").GetString());
        var platform = image.GetProperty("platforms")[0];
        Assert.Equal("hello", platform.GetProperty("config").GetProperty("Labels").GetProperty("greeting").GetString());
        Assert.Equal("v", platform.GetProperty("config").GetProperty("Labels").GetProperty("k").GetString());
        Assert.Single(platform.GetProperty("attestations").EnumerateArray());
    }

    [Fact]
    public async Task Build_Again_GivesTheSameDigestFromTheCache()
    {
        var first = (await RunAsync("-q", "app")).Succeeded();
        Assert.Matches(@"^sha256:[0-9a-f]{64}\n$", first.Output);
        Assert.Empty(first.Error);
        var second = (await RunAsync("--progress", "plain", "--iidfile", "id", "app")).Succeeded();
        Assert.Equal(first.Output.TrimEnd(), File.ReadAllText(_folder["id"]));
        Assert.Contains("CACHED", second.Error);
        Assert.Contains("No output is named", second.Error);
    }

    [Fact]
    public async Task Build_Annotations_AreOfTheManifestOrOfTheIndex()
    {
        (await RunAsync("-t", "shop", "--annotation", "of=manifest", "--annotation", "index:for=index", "-o", "type=oci,tar=false,dest=layout", "app")).Succeeded();
        var root = JsonDocument.Parse(File.ReadAllText(_folder["layout/index.json"])).RootElement.GetProperty("manifests")[0].GetProperty("digest").GetString()!;
        using var index = Blob(root);
        Assert.Equal("""{"for":"index"}""", index.RootElement.GetProperty("annotations").GetRawText());
        using var manifest = Blob(index.RootElement.GetProperty("manifests")[0].GetProperty("digest").GetString()!);
        Assert.Equal("""{"of":"manifest"}""", manifest.RootElement.GetProperty("annotations").GetRawText());

        JsonDocument Blob(string digest) => JsonDocument.Parse(File.ReadAllText(_folder[$"layout/blobs/{digest.Replace(':', '/')}"]));
    }

    [Fact]
    public async Task Build_TargetToAFolder_LeavesItsFiles()
    {
        (await RunAsync("--target", "files", "-o", "out", "app")).Succeeded();
        Assert.Equal("A", File.ReadAllText(_folder["out/a"]));
        Assert.False(File.Exists(_folder["out/b"]));
    }

    [Fact]
    public async Task Build_DockerfileOnStandardInput_HasNoFiles()
    {
        var (code, _, error) = await TheTool.PipeAsync("FROM scratch\nCOPY a /\n"u8.ToArray(), "build", "--store", _folder["store"], "-");
        Assert.Equal(2, code);
        Assert.Contains("> ", error);
        Assert.Contains("standard input:2", error);
    }

    [Fact]
    public async Task Build_ArchiveOnStandardInput_IsTheContext()
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
            foreach (var (name, text) in new[] { ("Dockerfile", "FROM scratch\nCOPY x /y\n"), ("x", "of the archive") })
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        var (code, _, error) = await TheTool.PipeAsync(tar.ToArray(), "build", "--store", _folder["store"], "-o", _folder["out"], "-");
        Assert.True(code == 0, error);
        Assert.Equal("of the archive", File.ReadAllText(_folder["out/y"]));
    }

    [Fact]
    public async Task Build_NamedContext_StandsInForAStage()
    {
        _folder.Write("other/a", "other");
        (await RunAsync("--build-context", $"files={_folder["other"]}", "-o", "out", "app")).Succeeded();
        Assert.Equal("other", File.ReadAllText(_folder["out/a"]));
    }

    [Fact]
    public async Task Build_RawJson_IsALineForEachEvent()
    {
        var result = (await RunAsync("--progress", "rawjson", "app")).Succeeded();
        var lines = result.Error.TrimEnd().Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Contains(lines, l => l.TryGetProperty("vertexes", out var vertexes) && vertexes[0].GetProperty("digest").GetString()!.StartsWith("sha256:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Build_AFileThatIsNotThere_SaysWhereInTheDockerfile()
    {
        _folder.Write("app/Dockerfile", "FROM scratch\n\nCOPY missing /\n");
        var result = await RunAsync("app");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("app/Dockerfile:3\n", result.Error);
        Assert.Contains("   3 | >>> COPY missing /\n", result.Error);
        Assert.Matches(@"(?m)^error MBK\d{4}: ", result.Error);
    }

    [Fact]
    public async Task Build_Remarks_StandAtTheEnd()
    {
        _folder.Write("app/Dockerfile", "FROM scratch AS Upper\nCOPY a /\n");
        var result = (await RunAsync("app")).Succeeded();
        Assert.Contains(" 1 warning found:\n - StageNameCasing: ", result.Error);
        Assert.EndsWith(" (line 1)\n", result.Error);
    }

    [Fact]
    public async Task Check_OfTheDockerfile_BuildsNothing()
    {
        _folder.Write("app/Dockerfile", "FROM 127.0.0.1:1/x AS Upper\nCOPY b /\n");
        _folder.Write("app/.dockerignore", "b\n");
        var result = await RunAsync("--check", "app");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("WARNING: StageNameCasing", result.Output);
        Assert.Contains("WARNING: CopyIgnoredFile", result.Output);
        Assert.DoesNotContain("ERROR", result.Output);
        Assert.Contains("note: '127.0.0.1:1/x:latest' cannot be reached", result.Error);
        Assert.False(Directory.Exists(_folder["msbuildkit/snapshots"]));
        using var targets = JsonDocument.Parse((await RunAsync("--call", "targets,format=json", "app")).Succeeded().Output);
        Assert.Equal("upper", targets.RootElement.GetProperty("targets")[0].GetProperty("name").GetString());
        Assert.Contains("error MBK2307", (await RunAsync("--call", "convertllb", "app")).Error);
    }

    [Fact]
    public async Task Call_ForTheGraph_PrintsItsOperations()
    {
        _folder.Write("app/Dockerfile", "FROM scratch\nCOPY a /\n");
        using var graph = JsonDocument.Parse((await RunAsync("--call", "convertllb", "app")).Succeeded().Output);
        Assert.Equal(3, graph.RootElement.GetProperty("def").EnumerateObject().Count());
        Assert.Contains("convertllb", (await RunAsync("--call", "describe", "app")).Succeeded().Output);
    }

    private Task<CommandResult> RunAsync(params string[] arguments) => TheTool.RunAsync(_folder.Path, ["build", .. arguments]);

    private async Task<byte[]> ReadAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(TheTool.Path, [.. arguments, "--store", _folder["store"]]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        using var bytes = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(bytes);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await error);
        return bytes.ToArray();
    }

    private static IReadOnlyList<string> Names(byte[] tar)
    {
        var names = new List<string>();
        using var reader = new TarReader(new MemoryStream(tar));
        while (reader.GetNextEntry() is { } entry)
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile) names.Add(entry.Name.TrimStart('.', '/'));
        return names;
    }
}
