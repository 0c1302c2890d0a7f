using System.Diagnostics;
using System.Globalization;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using MsBuildKit.Tasks;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.Cancels;

/// <summary>A project of some files, built by the real task into a layout, an archive and a Docker that is none.</summary>
internal sealed class CancelBench
{
    private const int Files = 40, FileSize = 60_000;

    // Answers as Docker does, and takes its time to load.
    private const string Docker = "#!/bin/sh\n[ \"$1\" = load ] && { cat >/dev/null; sleep 0.1; }\n[ \"$1\" = image ] && exit 1\nexit 0\n";

    public CancelBench(TempFolder folder)
        : this(folder.Path)
    {
        var random = new Random(1);
        for (var i = 0; i < Files; i++)
        {
            var bytes = new byte[FileSize];
            random.NextBytes(bytes.AsSpan(0, FileSize / 2));
            Directory.CreateDirectory(Path.Combine(Folder, "project"));
            File.WriteAllBytes(Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"project/{i}.dll")), bytes);
        }
        var program = folder.Write("bin/docker", Docker);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public CancelBench(string folder)
    {
        Folder = folder;
        var path = Environment.GetEnvironmentVariable("PATH");
        var own = Path.Combine(folder, "bin");
        if (path?.StartsWith(own, StringComparison.Ordinal) != true) Environment.SetEnvironmentVariable("PATH", $"{own}:{path}");
    }

    public string Folder { get; }

    /// <summary>As if nothing had been built.</summary>
    public void Clean()
    {
        foreach (var name in new[] { "cache", "out", "archive", "obj" })
            if (Directory.Exists(Path.Combine(Folder, name))) Directory.Delete(Path.Combine(Folder, name), recursive: true);
    }

    /// <summary>Builds; <paramref name="started"/> gets the task just before it runs.</summary>
    public (bool Built, string Digest, IReadOnlyList<string> Errors) Build(Action<ICancelableTask> started)
    {
        var engine = new QuietEngine();
        using var task = new BuildImage
        {
            BuildEngine = engine,
            ProjectFile = Path.Combine(Folder, "project/Shop.csproj"),
            ProjectName = "Shop",
            ProjectDirectory = Path.Combine(Folder, "project"),
            OutputDirectory = Path.Combine(Folder, "out"),
            CacheDirectory = Path.Combine(Folder, "cache"),
            StateFile = Path.Combine(Folder, "obj/state"),
            Repository = "shop",
            Parts = [Item("linux-x64", ("Kind", "Image"), ("BaseImage", "scratch"), ("Executable", "Shop"), ("Assembly", "0.dll"), ("Application", "Shop"), ("ApplicationVersion", "1.0")), .. Enumerable.Range(0, Files).Select(Published)],
            Outputs = [Item("oci-archive", ("Path", Path.Combine(Folder, "archive/shop.tar"))), Item("local")],
        };
        started(task);
        var built = task.Execute();
        return (built, task.Digest, engine.Errors);
    }

    /// <summary>What a build that ended must not leave: processes, locks, files on their way.</summary>
    public IEnumerable<string> FindLeftovers() =>
        [.. FindProcesses().Select(p => $"'{p}' still runs"), .. FindStaged(), .. FindLocks().Select(l => $"'{l}' is still locked"), .. Below("cache/ingest").Concat(Below("cache/leases").Where(f => Path.GetFileName(f) != ".gate")).Select(f => $"'{f}' is left in the store"),
        .. Below("cache").Where(f => f.EndsWith(".tmp", StringComparison.Ordinal)).Select(f => $"'{f}' is left in the store")];

    /// <summary>Files on their way in the folders that the user sees.</summary>
    public IEnumerable<string> FindStaged() =>
        new[] { "out", "archive", "obj" }.SelectMany(Below).Where(f => f.EndsWith(".new", StringComparison.Ordinal)).Select(f => $"'{f}' is left");

    /// <summary>Programs that the build started.</summary>
    public IReadOnlyList<string> FindProcesses() => [.. Process.GetProcesses().Select(LineOf).OfType<string>().Where(l => l.Contains(Path.Combine(Folder, "bin"), StringComparison.Ordinal))];

    private IEnumerable<string> FindLocks() => Below("cache/locks").Where(IsLocked);

    private IEnumerable<string> Below(string folder) =>
        Directory.Exists(Path.Combine(Folder, folder)) ? Directory.EnumerateFiles(Path.Combine(Folder, folder), "*", SearchOption.AllDirectories) : [];

    private static bool IsLocked(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static string? LineOf(Process process)
    {
        using (process)
            try
            {
                return File.ReadAllText($"/proc/{process.Id}/cmdline").Replace('\0', ' ');
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
    }

    private TaskItem Published(int number)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{number}.dll");
        return Item(Path.Combine(Folder, "project", name), ("Kind", "File"), ("RuntimeIdentifier", "linux-x64"), ("RelativePath", name));
    }

    private static TaskItem Item(string spec, params (string Name, string Value)[] metadata)
    {
        var item = new TaskItem(spec);
        foreach (var (name, value) in metadata) item.SetMetadata(name, value);
        return item;
    }
}
