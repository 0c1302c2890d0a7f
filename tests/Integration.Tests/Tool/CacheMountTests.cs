using System.Diagnostics;
using System.Text.Json;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Tool;

/// <summary>Caches of an ordinary user's steps, carried from one store to another by the tool.</summary>
public sealed class CacheMountTests : IDisposable
{
    private const string Fill = """
        mkdir -p /own/a &amp;&amp; echo one &gt; /own/a/one &amp;&amp; ln /own/a/one /own/two &amp;&amp; ln -s a/one /own/link &amp;&amp; mkfifo /own/pipe
        chown 1000:6 /own/a/one &amp;&amp; chmod 4750 /own/a/one &amp;&amp; chmod 1777 /own &amp;&amp; chown 43:44 /own
        """;

    private readonly TempFolder _folder = new("caches");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Export_ThenImportElsewhere_StepsFindWhatStepsLeft()
    {
        var home = await TestUser.MakeFolderAsync(_folder, "home");
        await WriteProjectAsync(home);
        Assert.Contains("There are no cache mounts", (await ToolAsync(home, "one", "cache-mount", "list")).Succeeded().Output);
        Assert.StartsWith("error MBK2026", (await ToolAsync(home, "one", "cache-mount", "export", "--all", "-o", "x.tar")).Failed().Error);
        (await BuildAsync(home, "one", Fill)).Succeeded();
        var entry = Assert.Single(await ListAsync(home, "one"));
        Assert.Equal(("the/cache", "no"), (entry.GetProperty("id").GetString(), entry.GetProperty("inUse").GetString()));
        Assert.True(entry.GetProperty("size").GetInt64() > 0);

        // The same content is the same digest, and what another archive writer would say of it.
        var digest = (await ToolAsync(home, "one", "cache-mount", "export", "the/cache", "-o", "type=oci,dest=first.tar")).Succeeded().Output.Trim();
        Assert.Equal(digest, (await ToolAsync(home, "one", "cache-mount", "export", "--all", "-o", "second.tar")).Succeeded().Output.Trim());
        Assert.Equal(File.ReadAllBytes(home + "/first.tar"), File.ReadAllBytes(home + "/second.tar"));
        Assert.Equal(digest, (string?)(await Skopeo.InspectAsync($"oci-archive:{home}/first.tar"))["Digest"]);

        (await ToolAsync(home, "one", "cache-mount", "export", "the/cache", "-o", "layout", "--compression", "gzip")).Succeeded();
        // A folder of their own: they give everybody rights to all that is in it.
        using var work = new TempFolder("judges");
        var bundle = await ImageJudges.AcceptAsync(home + "/layout", "latest", work);
        var unpacked = Assert.Single(Directory.GetDirectories(bundle.Root));
        Assert.Equal("4750 1000:6 2\n", (await Command.RunAsync("stat", ["-c", "%a %u:%g %h", unpacked + "/a/one"])).Succeeded().Output);
        Assert.Equal("1777 43:44\n", (await Command.RunAsync("stat", ["-c", "%a %u:%g", unpacked])).Succeeded().Output);

        await ImportAsync(home, "two", "first.tar");
        await ImportAsync(home, "three", "layout");
        await using (var registry = await DockerRegistry.StartAsync())
        {
            Assert.Equal(digest, (await ToolAsync(home, "one", "cache-mount", "export", "--all", "-o", $"{registry.Host}/ci/caches:main")).Succeeded().Output.Trim());
            Assert.Equal(digest, (string?)(await Skopeo.InspectAsync($"docker://{registry.Host}/ci/caches:main"))["Digest"]);
            await ImportAsync(home, "four", $"type=registry,ref={registry.Host}/ci/caches@{digest}");
        }
        Assert.Equal(digest, (await ToolAsync(home, "four", "cache-mount", "export", "--all", "-o", "layout")).Succeeded().Output.Trim());
        Assert.StartsWith("error MBK2206", (await ToolAsync(home, "one", "cache-mount", "export", "--all", "-o", "base")).Failed().Error);
        Assert.Equal("the/cache", Assert.Single(await ListAsync(home, "four")).GetProperty("id").GetString());

        var said = (await BuildAsync(home, "two", "cd /own; stat -c '%n %a %u:%g %h' . * a/one; cat two; ls -l link; exit 7")).Failed().All;
        Assert.All((string[])[". 1777 43:44", "a/one 4750 1000:6 2", "two 4750 1000:6 2", "one", "link -> a/one"], line => Assert.Contains(line, said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ExportAndImport_WhileAStepUsesTheCache_WaitOrRefuse()
    {
        var home = await TestUser.MakeFolderAsync(_folder, "home");
        await WriteProjectAsync(home);
        var folder = new CacheName("the/cache").Folder;
        Write(home + "/first", "the/cache", new RawTar().Folder(folder).File(folder + "/file", "from elsewhere\n").ToArray());
        (await Command.RunAsync("chown", ["-R", "--reference", home, home])).Succeeded();

        var step = BuildAsync(home, "one", "chmod 777 /own; echo begun &gt; /own/file; while ! [ -e /own/go ]; do sleep 0.1; done; rm /own/go; echo ended &gt; /own/file");
        while (!step.IsCompleted && await UseAsync(home) != "locked") await Task.Delay(100);
        foreach (var line in (string[][])[["export", "--all", "--no-wait", "-o", "no.tar"], ["import", "first", "--no-wait"]])
            Assert.StartsWith("error MBK2025: A step uses the cache mount 'the/cache'", (await ToolAsync(home, "one", ["cache-mount", .. line])).Failed().Error);

        // Ctrl+C ends the wait, and nothing is left of it.
        using (var cancelled = await WaitingAsync(home, "cancelled.tar"))
        {
            var clock = Stopwatch.StartNew();
            (await Command.RunAsync("kill", ["-INT", $"{cancelled.Id}"])).Succeeded();
            await cancelled.WaitForExitAsync();
            Assert.Equal(130, cancelled.ExitCode);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), $"{clock.Elapsed}");
        }
        using (var waiting = await WaitingAsync(home, "whole.tar"))
        {
            Assert.False(step.IsCompleted || waiting.HasExited);
            File.WriteAllText(Path.Combine(home, "one/cache-mounts", folder, "go"), "");
            await waiting.WaitForExitAsync();
            Assert.Equal(0, waiting.ExitCode);
        }
        (await step).Succeeded();
        Assert.Equal("whole.tar", Path.GetFileName(Assert.Single(Directory.GetFiles(home, "*.tar*"))));
        Assert.Contains("ended\n", File.ReadAllText(home + "/whole.tar"), StringComparison.Ordinal);

        Assert.Contains("kept", (await ToolAsync(home, "one", "cache-mount", "import", "first", "--missing")).Succeeded().Output);
        Assert.StartsWith("error MBK2026", (await ToolAsync(home, "one", "cache-mount", "import", "first", "other")).Failed().Error);
        (await ToolAsync(home, "one", "cache-mount", "import", "first", "the/cache")).Succeeded();
        Assert.Contains("from elsewhere", (await BuildAsync(home, "one", "cat /own/file; exit 7")).Failed().All);
    }

    [Fact]
    public async Task Import_WhatIsHostileOrNoExport_IsRefused()
    {
        var home = await TestUser.MakeFolderAsync(_folder, "home");
        var outside = new Sentinel(Path.Combine(_folder.Path, "outside"));
        var folder = new CacheName("x").Folder;
        Write(home + "/link", "x", new RawTar().Link(folder, outside.Root).File(folder + "/canary", "x").ToArray());
        Write(home + "/climb", "x", new RawTar().Folder(folder).File(folder + "/../../../../../.." + outside.Root + "/canary", "x").ToArray());
        Write(home + "/other", "x", new RawTar().Folder("other").ToArray());
        HostileImage.Write(home + "/image", [new RawTar().Folder("etc").ToArray()], Compression.Gzip);
        (await Command.RunAsync("chown", ["-R", "--reference", home, home])).Succeeded();
        foreach (var (place, code) in ((string, string)[])[("link", "MBK1503"), ("climb", "MBK1503"), ("other", "MBK1503"), ("image", "MBK2206"), ("nothing", "MBK1202"), ("nothing.tar", "MBK1202")])
            Assert.Contains($"error {code}: ", (await ToolAsync(home, "one", "cache-mount", "import", place)).Failed().Error, StringComparison.Ordinal);
        Assert.True(outside.IsIntact);
        Assert.Empty(await ListAsync(home, "one"));
        foreach (var line in (string[][])[["export", "-o", "x"], ["export", "a", "--all", "-o", "x"], ["export", "--all", "-o", "type=oci"], ["export", "--all", "-o", "localhost/x@sha256:" + new string('0', 64)], ["import"]])
            Assert.Contains("--help", (await ToolAsync(home, "one", ["cache-mount", .. line])).Failed().Error, StringComparison.Ordinal);
    }

    private static void Write(string layout, string id, byte[] tar)
    {
        var layer = HostileImage.Put(layout, MediaTypes.OciLayer, tar) with { Annotations = new Dictionary<string, string> { ["vnd.msbuildkit.cache-mount.id"] = id } };
        var config = HostileImage.Put(layout, MediaTypes.OciConfig, System.Text.Encoding.UTF8.GetBytes($$$"""{"os":"unknown","architecture":"unknown","rootfs":{"type":"layers","diff_ids":["{{{layer.Digest}}}"]}}"""));
        var manifest = HostileImage.Put(layout, MediaTypes.OciManifest, OciJson.Write(new ImageManifest { ArtifactType = "application/vnd.msbuildkit.cache-mounts.v1", Config = config, Layers = [layer] }));
        File.WriteAllBytes(Path.Combine(layout, "index.json"), OciJson.Write(new ImageIndex { Manifests = [manifest] }));
    }

    private static async Task ImportAsync(string home, string store, string place) =>
        Assert.StartsWith("the/cache  ", (await ToolAsync(home, store, "cache-mount", "import", place)).Succeeded().Output);

    private static async Task WriteProjectAsync(string home)
    {
        StepProject.WriteBase(
            home, ["sh", "cat", "chmod", "chown", "ln", "ls", "mkdir", "mkfifo", "sleep", "stat"],
            tar => tar.File("etc/passwd", "root:x:0:0::/:/bin/sh\n").File("etc/group", "root:x:0:\n"));
        (await Command.RunAsync("chown", ["-R", "--reference", home, home])).Succeeded();
    }

    private static Task<CommandResult> BuildAsync(string home, string store, string command)
    {
        StepProject.Write(home, $"""<ContainerRun Include="step" Command="{command.Replace("\n", " &amp;&amp; ", StringComparison.Ordinal)}" Network="none" CacheMounts="/own,id=the/cache,sharing=locked" />""");
        return TestUser.RunAsync(["dotnet", "publish", home, "-t:ContainerBuild", "-nologo", "-v:quiet", "-clp:NoSummary", "-nodeReuse:false"], home, Environment(home, store));
    }

    private static Task<CommandResult> ToolAsync(string home, string store, params string[] arguments) => TestUser.RunAsync([TheTool.Path, .. arguments], home, Environment(home, store));

    // An export that says that it waits.
    private static async Task<Process> WaitingAsync(string home, string archive)
    {
        // Whoever runs tests in the background ignores Ctrl+C for all that they start.
        var line = TestUser.Wrap(["env", "--default-signal=INT", TheTool.Path, "cache-mount", "export", "--all", "--compression", "none", "-o", archive]);
        var start = new ProcessStartInfo(line[0], line.Skip(1)) { WorkingDirectory = home, RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["MSBUILDKIT_CACHE"] = Path.Combine(home, "one");
        var process = Process.Start(start)!;
        Assert.Equal("waiting for a step that uses the cache mount 'the/cache'", await process.StandardError.ReadLineAsync());
        return process;
    }

    private static async Task<string?> UseAsync(string home) => await ListAsync(home, "one") is [var only] ? only.GetProperty("inUse").GetString() : null;

    private static async Task<IReadOnlyList<JsonElement>> ListAsync(string home, string store) =>
        [.. JsonDocument.Parse((await ToolAsync(home, store, "cache-mount", "list", "--json")).Succeeded().Output).RootElement.EnumerateArray()];

    private static Dictionary<string, string?> Environment(string home, string store) => new() { ["MSBUILDKIT_CACHE"] = Path.Combine(home, store) };
}
