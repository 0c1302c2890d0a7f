using System.Security;
using System.Text.RegularExpressions;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit;

namespace MsBuildKit.Integration.Tests.Samples;

/// <summary>Hostile values all the way through MSBuild: they arrive as they were written and are expanded by nobody a second time, or are
/// refused with a code; nothing is written but what the project declares (reliability J4).</summary>
public sealed partial class HostileProjectTests : IDisposable
{
    private static readonly string[] s_values =
    [
        "a;b", ";;", "%", "%3B", "%2e%2e%2f", "a%0ab", "$(MSBuildProjectName)", "@(Compile)", "%(Identity)", "$([System.IO.File]::ReadAllText('/etc/passwd'))", "*", "**", "/**", "?", "../../x", "'", "\"", "`id`", "$(id)", "a&b|c>d<e", "{\"a\":[1]}", "- a: b",
        "\u202eabc", "а", "\U0001f680", "\t", "line\nbreak", " a ", "=", "--help",
    ];

    private static readonly (string Property, string Value)[] s_attacks =
    [
        ("ContainerImageTag", "a;b"), ("ContainerImageTag", "@(Compile)"), ("ContainerImageTag", "$(Configuration)"), ("ContainerImageTags", "1;$([System.IO.File]::WriteAllText('{0}/escaped','x'))"), ("ContainerRepository", "../../x"), ("ContainerRepository", "/**"),
        ("ContainerRegistry", "http://a.example"), ("ContainerRegistry", "a.example/../b"), ("ContainerRuntimeIdentifiers", "/**"), ("ContainerRuntimeIdentifiers", "linux-x64;OutDir={0}/escaped/"), ("ContainerRuntimeIdentifiers", "linux-x64%3BOutDir={0}/escaped/"),
        ("ContainerUser", "root;x"), ("ContainerWorkingDirectory", "/a/../../{0}"), ("ContainerBaseImage", "oci-layout:/**"), ("ContainerBaseImage", "a;b"), ("ContainerStopSignal", "SIGTERM;"), ("ContainerCompression", "gzip;zstd"), ("ContainerSbom", "*"), ("ContainerOutputDirectory", "bin/$(X);@(Y)/**/"), ("ContainerImageFormat", "../oci"),
    ];

    private readonly TempFolder _folder = new("hostile");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task J4_ValuesOfItems_ArriveAsTheyWereWritten()
    {
        WriteProject(string.Concat(s_values.Select((v, i) =>
            $"<ContainerLabel Include=\"label.{i}\" Value=\"{Escape(v)}\" /><ContainerEnvironmentVariable Include=\"V{i}\" Value=\"{Escape(v)}\" /><ContainerAppCommandArgs Include=\"x{Escape(v)}\" /><ContainerAnnotation Include=\"a.{i}\" Value=\"{Escape(v)}\" />")));
        (await PublishAsync("App/App.csproj", "-t:ContainerBuild")).Succeeded();

        var layout = new ImageLayout(_folder["App/out"]);
        var index = ImageIndex.Parse(await ReadAsync(layout, (await layout.FindImageAsync(null, CancellationToken.None)).Digest));
        var manifest = ImageManifest.Parse(await ReadAsync(layout, index.FindPlatform(Platform.LinuxAmd64)!.Digest));
        var config = ImageConfig.Parse(await ReadAsync(layout, manifest.Config.Digest)).Config!;
        for (var i = 0; i < s_values.Length; i++)
        {
            Assert.Equal(s_values[i], config.Labels![$"label.{i}"]);
            Assert.Equal(s_values[i], manifest.Annotations![$"a.{i}"]);
            Assert.Contains($"V{i}={s_values[i]}", config.Env!);
        }
        Assert.All(s_values.Where(v => v.Trim() == v), v => Assert.Contains("x" + v, config.Entrypoint!.Concat(config.Cmd ?? [])));
    }

    [Fact]
    public async Task J4_ValuesOfProperties_AreInertOrRefusedAndWriteNothingElsewhere()
    {
        WriteProject("");
        var attacks = string.Concat(s_attacks.Select((a, i) => $"<Attack Include=\"{i}\" Value=\"{a.Property}={Escape(a.Value.Replace("{0}", _folder.Path, StringComparison.Ordinal))}\" />"));
        _folder.Write("Attack.proj",
            $"<Project><ItemGroup>{attacks}</ItemGroup><Target Name=\"Attack\"><MSBuild Projects=\"App/App.csproj\" Targets=\"Restore\" Properties=\"Step=restore\" /><MSBuild Projects=\"App/App.csproj\" Targets=\"ContainerBuild\" Properties=\"%(Attack.Value)\" ContinueOnError=\"true\" /></Target></Project>");
        var before = List();
        var said = await Command.RunAsync("dotnet", ["build", "Attack.proj", "-nologo", "-v:normal", "-clp:NoSummary"], _folder.Path, s_environment, TimeSpan.FromMinutes(8));

        var codes = ErrorCode().Matches(said.All).Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.Contains("MBK1003", codes);
        Assert.Empty(List().Except(before));
        // The SDK itself refuses a runtime identifier that it never heard of, or that was not restored.
        Assert.All(codes, c => Assert.Matches("^(MBK10[0-9]{2}|NETSDK1083|NETSDK1047)$", c));
    }

    private static readonly Dictionary<string, string?> s_environment = new() { ["MSBUILDDISABLENODEREUSE"] = "1", ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1" };

    // All but what the project declares: its own two folders, its image and its cache.
    private List<string> List() =>
        [.. Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Where(f => !Declared().IsMatch(Path.GetRelativePath(_folder.Path, f))).Order(StringComparer.Ordinal)];

    private void WriteProject(string items)
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "MsBuildKit.sln"))) root = Path.GetDirectoryName(root)!;
        _folder.Write("Directory.Build.props", $"<Project><Import Project=\"{root}/Sdk.props\" /></Project>");
        _folder.Write("Directory.Packages.props", "<Project />");
        _folder.Write("App/Program.cs", "return 0;");
        _folder.Write("App/App.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <RuntimeIdentifier>linux-x64</RuntimeIdentifier>
                <SelfContained>false</SelfContained>
                <UseAppHost>false</UseAppHost>
                <ContainerBaseImage Condition="'$(ContainerBaseImage)' == ''">scratch</ContainerBaseImage>
                <ContainerCacheDirectory>{_folder["cache"]}</ContainerCacheDirectory>
                <ContainerOutputDirectory Condition="'$(ContainerOutputDirectory)' == ''">out</ContainerOutputDirectory>
              </PropertyGroup>
              <ItemGroup>{items}</ItemGroup>
            </Project>
            """);
    }

    private async Task<CommandResult> PublishAsync(params string[] arguments) =>
        await Command.RunAsync("dotnet", ["publish", .. arguments, "-nologo", "-v:minimal"], _folder.Path, s_environment, TimeSpan.FromMinutes(8));

    private static async Task<byte[]> ReadAsync(ImageLayout layout, Digest digest)
    {
        await using var stream = (await layout.FindAsync(digest, CancellationToken.None))!;
        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    // For MSBuild first, then for XML: the value itself is to arrive.
    private static string Escape(string value)
    {
        var escaped = value.Replace("%", "%25", StringComparison.Ordinal);
        foreach (var c in "$@;'*?()\n\t ") escaped = escaped.Replace(c.ToString(), $"%{(int)c:x2}", StringComparison.Ordinal);
        return SecurityElement.Escape(escaped)!;
    }

    [GeneratedRegex(@"\berror ([A-Z]+[0-9]+)")]
    private static partial Regex ErrorCode();

    [GeneratedRegex(@"^(App/(bin|obj|out)|cache)(/|$)")]
    private static partial Regex Declared();
}
