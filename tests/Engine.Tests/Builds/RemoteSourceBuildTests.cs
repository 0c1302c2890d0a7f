using Microsoft.AspNetCore.Http;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Tests.Workers;
using MsBuildKit.TestKit.Web;

namespace MsBuildKit.Engine.Tests.Builds;

/// <summary>Images of files and commits from elsewhere.</summary>
public sealed class RemoteSourceBuildTests
{
    [Fact]
    public async Task Build_FileAndCommitMerged_IsCachedUntilEitherChanges()
    {
        await using var bench = await SourceBench.StartAsync();
        var repository = await bench.ServeAsync("app");
        await repository.CommitAsync(("src/a.txt", "a"));
        var file = "one";
        bench.Server.Handler = context =>
        {
            if (context.Request.Path != "/tool") return bench.Backend.HandleAsync(context);
            context.Response.Headers.ETag = $"\"{file}\"";
            if (context.Request.Headers.IfNoneMatch != context.Response.Headers.ETag) return context.Response.WriteAsync(file);
            context.Response.StatusCode = 304;
            return Task.CompletedTask;
        };
        var graph = LlbState.Merge("all", LlbState.Http(bench.Url("tool"), new HttpSourceOptions { Mode = 0b111_101_101 }), LlbState.Git(bench.Url("app.git"), new GitSourceOptions { Subdirectory = "src" }));

        var first = await BuildAsync(bench, graph);
        var asked = bench.Server.Requests.Count;
        Assert.Equal(first, await BuildAsync(bench, graph));
        Assert.DoesNotContain(bench.Server.Requests.Skip(asked), r => r.Path == "/tool" && r.Status == 200);

        file = "two";
        var second = await BuildAsync(bench, graph);
        await repository.CommitAsync(("src/a.txt", "b"));
        var third = await BuildAsync(bench, graph);
        Assert.Equal(3, new[] { first, second, third }.Distinct().Count());
        file = "one";
        await repository.CommitAsync(("src/a.txt", "a"));
        Assert.Equal(first, await BuildAsync(bench, graph));
    }

    private static async Task<Digest> BuildAsync(SourceBench bench, LlbState graph)
    {
        var chain = await bench.BuildAsync(graph);
        Assert.Equal(2, chain.Layers.Count);
        var assembler = new ImageAssembler(bench.Store, new AssemblyOptions(false, 0, new Dictionary<string, string>()));
        return (await assembler.AssembleAsync(new PlatformImage(Platform.LinuxAmd64, Exporters.ExportBench.Config(), chain), default)).Descriptor.Digest;
    }
}
