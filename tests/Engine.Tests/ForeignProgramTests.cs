using System.Text.RegularExpressions;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests;

/// <summary>What we run and load is the machine's own: never what merely lies in a project's folder (reliability J3).</summary>
public sealed partial class ForeignProgramTests : IDisposable
{
    private readonly TempFolder _folder = new("programs");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void J3_Programs_AreStartedByAFullPathAndNeverByName()
    {
        var faults = new List<string>();
        var starts = 0;
        foreach (var (file, text) in Sources())
        {
            foreach (Match start in Start().Matches(text))
            {
                starts++;
                if (!Argument().IsMatch(start.Groups[1].Value)) faults.Add($"{file}: '{start.Value}' starts a program by its name");
            }
            if (Start().IsMatch(text) && !text.Contains("Path.IsPathFullyQualified", StringComparison.Ordinal)) faults.Add($"{file}: a program is started and nothing demands its full path");
            if (Shell().IsMatch(text)) faults.Add($"{file}: a program is looked for by the shell");
        }
        Assert.Empty(faults);
        Assert.NotEqual(0, starts);
    }

    [Fact]
    public void J3_Libraries_AreTheSystemsOwn()
    {
        var loads = Sources().SelectMany(s => Load().Matches(s.Text).Select(m => (s.File, m.Value, Name: m.Groups[1].Value))).ToList();
        Assert.NotEmpty(loads);
        Assert.All(loads, l => Assert.True(l.Name == "libc", $"{l.File}: '{l.Value}'"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("relative")]
    public async Task J3_AnEngineInARelativeFolderOfPath_IsNotRun(string form)
    {
        var loader = new LocalEngineLoader([Plant("docker", form), Plant("podman", form)]);
        Assert.Null(await loader.FindAsync(CancellationToken.None));
        Assert.Null(await loader.FindImageAsync("Docker", "a", CancellationToken.None));
        await Assert.ThrowsAsync<ExportException>(() => loader.LoadAsync("Docker", (_, _) => Task.CompletedTask, CancellationToken.None));
        Assert.False(File.Exists(_folder["ran"]));
    }

    [Theory]
    [InlineData("evil", "relative")]
    [InlineData("../evil", "absolute")]
    [InlineData("x/../evil", "absolute")]
    [InlineData("/evil", "absolute")]
    [InlineData("evil; touch x", "absolute")]
    public async Task J3_ACredentialHelper_IsAProgramOfAFullFolderOfPathAndNoPathItself(string helper, string form)
    {
        var path = Plant("docker-credential-evil", form);
        _folder.Write("docker/config.json", $$"""{"credsStore":"{{helper}}"}""");
        var credentials = new HostCredentials(new Dictionary<string, string> { ["PATH"] = path, ["DOCKER_CONFIG"] = _folder["docker"] }, _folder["home"]);
        Assert.Equal("MBK1407", (await Assert.ThrowsAsync<RegistryException>(async () => await credentials.FindAsync("registry.example", push: false, CancellationToken.None))).Code);
        Assert.False(File.Exists(_folder["ran"]));
    }

    // A program that tells that it ran, and the folder as PATH would have it.
    private string Plant(string name, string form)
    {
        var program = _folder.Write("bin/" + name, $"#!/bin/sh\ntouch '{_folder["ran"]}'\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        return form switch
        {
            "relative" => Path.GetRelativePath(Environment.CurrentDirectory, _folder["bin"]),
            "absolute" => _folder["bin"],
            _ => form,
        };
    }

    private static IEnumerable<(string File, string Text)> Sources()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "MsBuildKit.sln"))) root = Path.GetDirectoryName(root)!;
        return Directory.EnumerateFiles(Path.Combine(root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/") && !f.Contains("/bin/")).Select(f => (f, File.ReadAllText(f)));
    }

    [GeneratedRegex(@"(?:Process\.Start\(|new ProcessStartInfo(?:\(|\b[^(]))([^\n]*)")]
    private static partial Regex Start();

    // A variable, whose value somebody looked up, or the description of a program that holds one.
    [GeneratedRegex(@"^(?:new ProcessStartInfo\()?(?:[a-z]\w*|""/[^""]*"")\s*[,)]")]
    private static partial Regex Argument();

    [GeneratedRegex(@"UseShellExecute = true|(?<!string |\w)FileName = [""$]")]
    private static partial Regex Shell();

    [GeneratedRegex(@"(?:LibraryImport|DllImport|NativeLibrary\.\w*Load|Assembly\.(?:LoadFrom|LoadFile|UnsafeLoadFrom))\w*\(""?([^"",)]*)")]
    private static partial Regex Load();
}
