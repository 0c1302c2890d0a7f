using System.Globalization;
using System.IO.Compression;

namespace MsBuildKit.TestKit.Projects;

/// <summary>MsBuildKit.Sdk as people get it: packed once for a test run, under a version that no other run has, in a feed of its own.</summary>
public sealed class SdkPackage : IDisposable
{
    public const string Id = "MsBuildKit.Sdk";

    private readonly TempFolder _folder = new("sdk");
    private readonly HashSet<string> _ids = [Id];

    public SdkPackage()
    {
        Version = "0.1.0-test." + DateTime.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture);
        // Only the package's version is new: the assemblies need not be compiled again.
        Command.RunAsync(
            "dotnet",
            ["pack", Path.Combine(RepositoryRoot, "src/Sdk/MsBuildKit.Sdk.csproj"), "-c", "Release", "-o", Feed, $"-p:PackageVersion={Version}", "-nologo", "-v:quiet"],
            RepositoryRoot,
            timeout: TimeSpan.FromMinutes(10)).GetAwaiter().GetResult().Succeeded();
    }

    /// <summary>Of every package in the feed.</summary>
    public string Version { get; }

    /// <summary>The folder that serves as a package source.</summary>
    public string Feed => _folder["feed"];

    /// <summary>The engine's store of this run, so that no test sees what another run left.</summary>
    public string Cache => _folder["cache"];

    /// <summary>This repository.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>Puts a small package into the feed: files by their paths in it.</summary>
    public void AddPackage(string id, params (string Path, string Text)[] files)
    {
        lock (_ids)
            if (!_ids.Add(id)) return;
        using var package = ZipFile.Open(Path.Combine(Feed, $"{id}.{Version}.nupkg"), ZipArchiveMode.Create);
        Add(package, $"{id}.nuspec", $"""
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
              <metadata><id>{id}</id><version>{Version}</version><authors>tests</authors><description>Of a test.</description><license type="expression">MIT</license></metadata>
            </package>
            """);
        foreach (var (path, text) in files) Add(package, path, text);
    }

    // The user's own packages stay as they were.
    public void Dispose()
    {
        var root = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        foreach (var id in _ids)
        {
            var unpacked = Path.Combine(root, id.ToLowerInvariant(), Version);
            if (Directory.Exists(unpacked)) Directory.Delete(unpacked, recursive: true);
        }
        _folder.Dispose();
    }

    private static void Add(ZipArchive package, string path, string text)
    {
        using var writer = new StreamWriter(package.CreateEntry(path).Open());
        writer.Write(text);
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MsBuildKit.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
