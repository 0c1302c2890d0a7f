using System.Diagnostics;
using System.Globalization;
using MsBuildKit.Benchmarks.Measuring;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Benchmarks.Layers;

/// <summary>The program that is measured: writes one folder as a layer into a new store, and tells what memory that took.</summary>
internal static class WriteLayer
{
    /// <summary>Prints <c>bytes of the layer</c>, <c>bytes of memory above the start</c> and <c>milliseconds of the writing alone</c>.</summary>
    public static async Task RunAsync(string directory, string storeDirectory, Compression compression)
    {
        var before = ProcessTreeMemory.OfThisProcess();
        var watch = Stopwatch.StartNew();
        var store = new LocalContentStore(storeDirectory);
        await using (store)
        {
            var options = new LayerOptions(compression, Parallelism: Environment.ProcessorCount);
            var layer = await LayerWriter.WriteAsync(Entries(directory), store, options, "benchmark", default);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{layer.Blob.Size} {ProcessTreeMemory.OfThisProcess() - before} {watch.ElapsedMilliseconds}"));
        }
    }

    private static IEnumerable<TreeEntry> Entries(string directory) =>
        new DirectoryInfo(directory).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .OrderBy(f => f.FullName, StringComparer.Ordinal)
            .Select(f => Entry(f, Path.GetRelativePath(directory, f.FullName)));

    private static TreeEntry Entry(FileSystemInfo info, string path) => info is FileInfo file
        ? new TreeEntry { Path = path, Type = TreeEntryType.File, Mode = 0b110_100_100, Size = file.Length, Open = () => Open(file.FullName) }
        : new TreeEntry { Path = path, Type = TreeEntryType.Directory, Mode = 0b111_101_101 };

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.SequentialScan);
}
