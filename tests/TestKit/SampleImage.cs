using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.TestKit;

/// <summary>A small image with two layers and two statements about it, for tests that need a real one.</summary>
public sealed class SampleImage(LocalContentStore store)
{
    public static readonly ImageReference Name = ImageReference.Parse("registry.example/team/app:1.0");

    private LayerMaterializer Layers => new(store, new KeyLocks(Path.Combine(store.Root, "locks")), null);

    /// <summary>Assembles the image in the store.</summary>
    public async Task<AssembledImage> AssembleAsync(bool docker = false)
    {
        var chain = new LayerChain([await WriteAsync("etc/base", 3000, "from a base"), await WriteAsync("app/app.dll", 70_000, "copy the application")]);
        var config = new ImageConfig
        {
            Architecture = "amd64", Os = "linux",
            Config = new ContainerConfig
            {
                User = "1654", WorkingDir = "/app", Entrypoint = ["dotnet", "/app/app.dll"], Env = ["A=1", "PATH=/bin"],
                ExposedPorts = new SortedDictionary<string, EmptyObject> { ["8080/tcp"] = new() },
                Labels = new Dictionary<string, string> { ["org.example.evil"] = "\u001b]0;title\u0007" },
            },
        };
        var assembler = new ImageAssembler(store, new AssemblyOptions(docker, 1000, new Dictionary<string, string>()));
        var manifest = await assembler.AssembleAsync(new PlatformImage(Platform.LinuxAmd64, config, chain), CancellationToken.None);
        Statement[] statements = docker ? [] : [new("https://spdx.dev/Document", "{\"a\":1}"u8.ToArray()), new("https://slsa.dev/provenance/v1", "{\"b\":2}"u8.ToArray())];
        return await assembler.CompleteAsync([(manifest, statements)], CancellationToken.None);
    }

    /// <summary>Leaves the image as a layout directory.</summary>
    public async Task<AssembledImage> WriteLayoutAsync(string directory)
    {
        var image = await AssembleAsync();
        await new LayoutExporter(store, Layers).ExportAsync(image, [Name, Name.WithTag("latest")], directory, _ => false, CancellationToken.None);
        return image;
    }

    /// <summary>Leaves the image as an archive that Docker loads too.</summary>
    public async Task<AssembledImage> WriteDockerArchiveAsync(string path)
    {
        var image = await AssembleAsync(docker: true);
        await new ArchiveExporter(store, Layers, 1000).ExportAsync(image, [Name], path, docker: true, CancellationToken.None);
        return image;
    }

    private Task<Layer> WriteAsync(string path, int size, string createdBy)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        TreeEntry[] tree =
        [
            new() { Path = path.Split('/')[0], Type = TreeEntryType.Directory, Mode = 0b111_101_101 },
            new() { Path = path, Type = TreeEntryType.File, Mode = 0b110_100_100, Size = size, Open = () => new MemoryStream(bytes) },
        ];
        return LayerWriter.WriteAsync(tree, store, new LayerOptions(), createdBy, CancellationToken.None);
    }
}
