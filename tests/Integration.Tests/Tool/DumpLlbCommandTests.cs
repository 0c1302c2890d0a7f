using System.Text.Json;
using Google.Protobuf;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.TestKit;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Integration.Tests.Tool;

public sealed class DumpLlbCommandTests : IDisposable
{
    private static readonly Op s_source = new()
    {
        Source = new SourceOp { Identifier = "docker-image://docker.io/library/alpine:latest", Attrs = { ["image.resolvemode"] = "pull" } },
        Platform = new Platform { OS = "linux", Architecture = "arm64" },
    };

    private static readonly Op s_file = new()
    {
        Inputs = { new Input { Digest = Digest.Of(s_source.ToByteArray()).ToString() } },
        File = new FileOp { Actions = { new FileAction { SecondaryInput = -1, Output = 0, Mkfile = new FileActionMkFile { Path = "/a", Mode = 420, Data = ByteString.CopyFromUtf8("hello"), Timestamp = -1 } } } },
    };

    private static readonly Op s_exec = new()
    {
        Inputs = { new Input { Digest = Digest.Of(s_file.ToByteArray()).ToString() } },
        Exec = new ExecOp { Meta = new Meta { Args = { "sh", "-c", "echo \"a\"" }, Cwd = "/" }, Mounts = { new Mount { Dest = "/in", Output = -1, MountType = MountType.Cache } } },
    };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Dump_Definition_IsALineOfJsonForEachOperation()
    {
        var (exitCode, output, _) = await TheTool.PipeAsync(Graph().ToByteArray(), "debug", "dump-llb");
        Assert.Equal(0, exitCode);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.Equal(
            $$$$$"""{"Op":{"Op":{"source":{"identifier":"docker-image://docker.io/library/alpine:latest","attrs":{"image.resolvemode":"pull"}}},"platform":{"Architecture":"arm64","OS":"linux"}},"Digest":"{{{{{Digest.Of(s_source.ToByteArray())}}}}}","OpMetadata":{"description":{"llb.customname":"the base"},"caps":{"source.image":true}}}""",
            lines[0]);
        Assert.Equal(
            $$$$$"""{"Op":{"inputs":[{"digest":"{{{{{Digest.Of(s_source.ToByteArray())}}}}}"}],"Op":{"file":{"actions":[{"input":0,"secondaryInput":-1,"output":0,"Action":{"mkfile":{"path":"/a","mode":420,"data":"aGVsbG8=","timestamp":-1}}}]}}},"Digest":"{{{{{Digest.Of(s_file.ToByteArray())}}}}}","OpMetadata":{}}""",
            lines[1]);
        using var exec = JsonDocument.Parse(lines[2]);
        var mount = exec.RootElement.GetProperty("Op").GetProperty("Op").GetProperty("exec").GetProperty("mounts")[0];
        Assert.Equal((-1, 3), (mount.GetProperty("output").GetInt32(), mount.GetProperty("mountType").GetInt32()));
    }

    [Fact]
    public async Task Dump_FileAndDash_AreTheSameAsStandardInput()
    {
        await File.WriteAllBytesAsync(_folder["graph"], Graph().ToByteArray());
        var byName = (await TheTool.RunAsync(_folder.Path, "debug", "dump-llb", "graph")).Succeeded().Output;
        Assert.Equal(byName, (await TheTool.PipeAsync(Graph().ToByteArray(), "debug", "dump-llb", "-")).Output);
        Assert.Equal(byName, (await TheTool.PipeAsync(Graph().ToByteArray(), "debug", "dump-llb")).Output);
    }

    [Fact]
    public async Task Dump_Dot_IsAGraph()
    {
        var (_, output, _) = await TheTool.PipeAsync(Graph().ToByteArray(), "debug", "dump-llb", "--dot");
        Assert.StartsWith("digraph {\n", output);
        Assert.EndsWith("}\n", output);
        Assert.Contains($"\"{Digest.Of(s_source.ToByteArray())}\" [label=\"the base\" shape=\"ellipse\"];", output);
        Assert.Contains($"\"{Digest.Of(s_file.ToByteArray())}\" -> \"{Digest.Of(s_exec.ToByteArray())}\" [label=\"/in\"];", output);
        Assert.Contains("echo \\\"a\\\"", output);
    }

    [Fact]
    public async Task Dump_WhatOurOwnFrontendWrites_IsReadable()
    {
        var definition = LlbMarshaller.Marshal(LlbState.Image("registry.example/a:1", MsBuildKit.Engine.Oci.Platform.LinuxAmd64, "from a"));
        var (exitCode, output, error) = await TheTool.PipeAsync(definition.ToByteArray(), "debug", "dump-llb");
        Assert.True(exitCode == 0, error);
        Assert.Contains("docker-image://registry.example/a:1", output);
    }

    [Fact]
    public async Task Dump_Nothing_IsRefused()
    {
        var (exitCode, _, error) = await TheTool.PipeAsync([], "debug", "dump-llb");
        Assert.Equal(2, exitCode);
        Assert.StartsWith("error MBK2402: The input is no LLB definition: it has no operations.", error);
    }

    private static Definition Graph() => new()
    {
        Def = { s_source.ToByteString(), s_file.ToByteString(), s_exec.ToByteString(), new Op { Inputs = { new Input { Digest = Digest.Of(s_exec.ToByteArray()).ToString() } } }.ToByteString() },
        Metadata =
        {
            [Digest.Of(s_source.ToByteArray()).ToString()] = new OpMetadata { Description = { ["llb.customname"] = "the base" }, Caps = { ["source.image"] = true } },
        },
    };
}
