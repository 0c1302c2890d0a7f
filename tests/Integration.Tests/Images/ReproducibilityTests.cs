using System.Runtime.InteropServices;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Images;

/// <summary>The same request gives the same image, whoever builds it, where and when.</summary>
public sealed class ReproducibilityTests : IDisposable
{
    private const string DigestFile = "MSBUILDKIT_TEST_DIGEST_FILE";

    private readonly TempFolder _folder = new("same");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task BuildAsync_OtherFolderUserMaskLocaleZoneCoresAndClock_SameDigest()
    {
        var plain = await BuildAsync(Directory.CreateDirectory(_folder["plain"]).FullName, isTestUser: false, [], "umask 022", []);
        var masked = await BuildAsync(
            await TestUser.MakeFolderAsync(_folder, "masked"), isTestUser: true,
            new() { ["LC_ALL"] = "tr_TR.UTF-8", ["LANG"] = "de_DE", ["TZ"] = "Pacific/Kiritimati", ["DOTNET_PROCESSOR_COUNT"] = "1" },
            "umask 077", []);
        // The monotonic clock stays real, or waits of the runtime would never end.
        var later = await BuildAsync(
            await TestUser.MakeFolderAsync(_folder, "later"), isTestUser: true, new() { ["DONT_FAKE_MONOTONIC"] = "1" },
            "umask 002", [RealTool.Find("faketime"), "-m", "2031-07-09 23:59:58"]);

        Assert.Equal(plain.Digest, masked.Digest);
        Assert.Equal(plain.Digest, later.Digest);
        Assert.Equal("2031", later.Year);
    }

    /// <summary>Not a test: what the test above lets other processes do.</summary>
    [Fact(Explicit = true)]
    public async Task BuildHere()
    {
        using var build = new ImageBuild();

        var result = await build.RunAsync(build.Request);

        File.WriteAllText(Environment.GetEnvironmentVariable(DigestFile)!, $"{result.Image.Digest} {DateTime.UtcNow.Year}");
    }

    private async Task<(string Digest, string Year)> BuildAsync(string folder, bool isTestUser, Dictionary<string, string?> environment, string mask, string[] wrapper)
    {
        var program = await CopyTestsAsync();
        environment["TMPDIR"] = folder;
        environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        environment[DigestFile] = Path.Combine(folder, "digest");
        string[] line =
        [
            "sh", "-c", $"{mask}; exec \"$@\"", "sh", .. wrapper, program, "-noLogo", "-noColor", "-explicit", "only",
            "-method", $"{typeof(ReproducibilityTests).FullName}.{nameof(BuildHere)}",
        ];
        var result = isTestUser ? await TestUser.RunAsync(line, folder, environment) : await Command.RunAsync(line[0], line[1..], folder, environment);
        result.Succeeded();
        var said = File.ReadAllText(Path.Combine(folder, "digest")).Split(' ');
        return (said[0], said[1]);
    }

    // The repository may be where another user cannot look.
    private async Task<string> CopyTestsAsync()
    {
        var copy = _folder["tests"];
        if (!Directory.Exists(copy))
        {
            (await Command.RunAsync("cp", ["-r", AppContext.BaseDirectory, copy])).Succeeded();
            await TestUser.OpenAsync(_folder.Path);
        }
        return Path.Combine(copy, typeof(ReproducibilityTests).Assembly.GetName().Name!);
    }
}
