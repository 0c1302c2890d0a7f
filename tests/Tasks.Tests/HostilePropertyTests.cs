using System.Text;
using System.Text.Json;
using Microsoft.Build.Framework;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using static MsBuildKit.Tasks.Tests.TaskBench;

namespace MsBuildKit.Tasks.Tests;

/// <summary>Whatever stands in a property or an item, the answer is a typed fault or a value that does nothing: never an exception.</summary>
public sealed class HostilePropertyTests : IDisposable
{
    private static readonly string[] s_values = [.. Corpus().Distinct()];
    private readonly TaskBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void J4_TheCorpus_IsAsLargeAsPromised() => Assert.InRange(s_values.Length, 2_000, 2_500);

    [Theory]
    [MemberData(nameof(Names))]
    public void J4_HostileValue_IsATypedFaultOrInert(string name)
    {
        foreach (var value in s_values)
        {
            var problems = new Problems();
            var request = new RequestFactory(s_places[name](_bench, value), problems).Create();
            Assert.Equal(request is null, problems.Any);
            Assert.All(problems.Found, f => Assert.Matches("^MBK10[0-9]{2}$", f.Problem.Code));
            if (request is not null) AssertInert(request);
        }
    }

    public static TheoryData<string> Names => [.. s_places.Keys];

    private static readonly Dictionary<string, Func<TaskBench, string, BuildImageParameters>> s_places = new()
    {
        ["Repository"] = (b, v) => b.Parameters with { Repository = v },
        ["Registry"] = (b, v) => b.Parameters with { Registry = v },
        ["ImageTag"] = (b, v) => b.Parameters with { ImageTag = v },
        ["ImageTags"] = (b, v) => b.Parameters with { ImageTags = v },
        ["ImageFormat"] = (b, v) => b.Parameters with { ImageFormat = v },
        ["ArchiveOutputPath"] = (b, v) => b.Parameters with { ArchiveOutputPath = v },
        ["LocalRegistry"] = (b, v) => b.Parameters with { LocalRegistry = v },
        ["User"] = (b, v) => b.Parameters with { User = v },
        ["AppCommandInstruction"] = (b, v) => b.Parameters with { AppCommandInstruction = v },
        ["StopSignal"] = (b, v) => b.Parameters with { StopSignal = v },
        ["Compression"] = (b, v) => b.Parameters with { Compression = v },
        ["CompressionLevel"] = (b, v) => b.Parameters with { CompressionLevel = v },
        ["Sbom"] = (b, v) => b.Parameters with { Sbom = v },
        ["Provenance"] = (b, v) => b.Parameters with { Provenance = v },
        ["ExcludeSymbols"] = (b, v) => b.Parameters with { ExcludeSymbols = v },
        ["GenerateLabels"] = (b, v) => b.Parameters with { GenerateLabels = v },
        ["LabelCreated"] = (b, v) => b.Parameters with { LabelCreated = v },
        ["BaseDistribution"] = (b, v) => b.Parameters with { BaseDistribution = v },
        ["PackageMirror"] = (b, v) => b.Parameters with { BaseDistribution = "debian/bookworm", PackageMirror = v },
        ["PackageKeyring"] = (b, v) => b.Parameters with { BaseDistribution = "debian/bookworm", PackageKeyring = v },
        ["PackageLockFile"] = (b, v) => b.Parameters with { BaseDistribution = "debian/bookworm", PackageLockFile = v },
        ["SourceDateEpoch"] = (b, v) => b.Parameters with { SourceDateEpoch = v },
        ["SourceUrl"] = (b, v) => b.Parameters with { SourceUrl = v },
        ["SourceRevision"] = (b, v) => b.Parameters with { SourceRevision = v },
        ["Entrypoint"] = (b, v) => b.Parameters with { Entrypoint = [Item(v)] },
        ["EntrypointArgs"] = (b, v) => b.Parameters with { EntrypointArgs = [Item(v)] },
        ["AppCommand"] = (b, v) => b.Parameters with { AppCommand = [Item(v)] },
        ["AppCommandArgs"] = (b, v) => b.Parameters with { AppCommandArgs = [Item(v)] },
        ["DefaultArgs"] = (b, v) => b.Parameters with { DefaultArgs = [Item(v)] },
        ["EnvironmentVariables"] = (b, v) => b.Parameters with { EnvironmentVariables = [Item(v, ("Value", "x"))] },
        ["EnvironmentVariables.Value"] = (b, v) => b.Parameters with { EnvironmentVariables = [Item("A", ("Value", v))] },
        ["ASPNETCORE_URLS"] = (b, v) => b.Parameters with { EnvironmentVariables = [Item("ASPNETCORE_URLS", ("Value", v))] },
        ["Labels"] = (b, v) => b.Parameters with { Labels = [Item(v)] },
        ["Labels.Value"] = (b, v) => b.Parameters with { Labels = [Item("a", ("Value", v))] },
        ["GeneratedLabels.Value"] = (b, v) => b.Parameters with { GeneratedLabels = [Item("org.opencontainers.image.source", ("Value", v))] },
        ["Annotations"] = (b, v) => b.Parameters with { Annotations = [Item(v)] },
        ["Annotations.Value"] = (b, v) => b.Parameters with { Annotations = [Item("a", ("Value", v))] },
        ["Ports"] = (b, v) => b.Parameters with { Ports = [Item(v)] },
        ["Ports.Type"] = (b, v) => b.Parameters with { Ports = [Item("80", ("Type", v))] },
        ["Volumes"] = (b, v) => b.Parameters with { Volumes = [Item(v)] },
        ["Healthcheck"] = (b, v) => b.Parameters with { Healthcheck = [Item(v)] },
        ["Healthcheck.Interval"] = (b, v) => b.Parameters with { Healthcheck = [Item("x", ("Interval", v), ("Retries", v))] },
        ["Files"] = (b, v) => b.Parameters with { Files = [Item(v, ("TargetPath", "/etc/x"))] },
        ["Files.TargetPath"] = (b, v) => b.Parameters with { Files = [Item("Shop.dll", ("TargetPath", v))] },
        ["Files.Owner"] = (b, v) => b.Parameters with { Files = [Item("Shop.dll", ("TargetPath", "/etc/x"), ("Owner", v))] },
        ["Files.Mode"] = (b, v) => b.Parameters with { Files = [Item("Shop.dll", ("TargetPath", "/etc/x"), ("Mode", v))] },
        ["Packages"] = (b, v) => b.Parameters with { BaseDistribution = "debian/bookworm", Packages = [Item(v, ("Version", v))] },
        ["Outputs"] = (b, v) => b.Parameters with { Outputs = [Item(v, ("Path", "x"))] },
        ["Outputs.Path"] = (b, v) => b.Parameters with { Outputs = [Item("oci-archive", ("Path", v))] },
        ["Outputs.Registry"] = (b, v) => b.Parameters with { Outputs = [Item("registry", ("Registry", v))] },
        ["AllowHostNetwork"] = (b, v) => b.Parameters with { AllowHostNetwork = v },
        ["AllowDevices"] = (b, v) => b.Parameters with { AllowDevices = v },
        ["KeepFailed"] = (b, v) => b.Parameters with { KeepFailed = v },
        ["Snapshotter"] = (b, v) => b.Parameters with { Snapshotter = v },
        ["Runtime"] = (b, v) => b.Parameters with { Runtime = v },
        ["Steps"] = (b, v) => b.Parameters with { Steps = [Item(v, ("Command", "x"))] },
        ["Steps.Command"] = (b, v) => Step(b, ("Command", v)),
        ["Steps.Script"] = (b, v) => Step(b, ("Script", v)),
        ["Steps.Stage"] = (b, v) => Step(b, ("Command", "x"), ("Stage", v)),
        ["Steps.User"] = (b, v) => Step(b, ("Command", "x"), ("User", v)),
        ["Steps.WorkingDirectory"] = (b, v) => Step(b, ("Command", "x"), ("WorkingDirectory", v)),
        ["Steps.Environment"] = (b, v) => Step(b, ("Command", "x"), ("Environment", v)),
        ["Steps.CacheMounts"] = (b, v) => Step(b, ("Command", "x"), ("CacheMounts", v)),
        ["Steps.TmpfsMounts"] = (b, v) => Step(b, ("Command", "x"), ("TmpfsMounts", v)),
        ["Steps.Secrets"] = (b, v) => Step(b, ("Command", "x"), ("Secrets", v)),
        ["Steps.Ssh"] = (b, v) => Step(b, ("Command", "x"), ("Ssh", v)),
        ["Steps.Network"] = (b, v) => Step(b, ("Command", "x"), ("Network", v)),
        ["Steps.Platform"] = (b, v) => Step(b, ("Command", "x"), ("Platform", v)),
        ["Steps.Environment of a variable"] = (b, v) => Step(b, ("Command", "x"), ("Environment", "A=" + v)),
        ["Steps.CacheMounts id"] = (b, v) => Step(b, ("Command", "x"), ("CacheMounts", $"/a,id={v}")),
        ["Steps.TmpfsMounts size"] = (b, v) => Step(b, ("Command", "x"), ("TmpfsMounts", $"/a,size={v}")),
        ["Steps.BindMounts target"] = (b, v) => Step(b, ("Command", "x"), ("BindMounts", $"source=Shop.dll,target={v}")),
        ["Steps.BindMounts source"] = (b, v) => Step(b, ("Command", "x"), ("BindMounts", $"target=/a,source={v}")),
        ["Steps.BindMounts from"] = (b, v) => Step(b, ("Command", "x"), ("BindMounts", $"target=/a,from={v}")),
        ["Steps.BindMounts source of an image"] = (b, v) => Step(b, ("Command", "x"), ("BindMounts", $"target=/a,from=image,source={v}")),
        ["Steps.Secrets target"] = (b, v) => Step(b, ("Command", "x"), ("Secrets", $"token,target={v}")),
        ["Steps.Secrets env"] = (b, v) => Step(b, ("Command", "x"), ("Secrets", $"token,env={v}")),
        ["Secrets"] = (b, v) => b.Parameters with { Secrets = [Item(v, ("Environment", "A"))] },
        ["Secrets.Environment"] = (b, v) => b.Parameters with { Secrets = [Item("a", ("Environment", v))] },
        ["Secrets.File"] = (b, v) => b.Parameters with { Secrets = [Item("a", ("File", v))] },
        ["Secrets.Command"] = (b, v) => b.Parameters with { Secrets = [Item("a", ("Command", v))] },
        ["Secrets.Value"] = (b, v) => b.Parameters with { Secrets = [Item("a", ("Environment", "A"), ("Value", v))] },
        ["Ssh"] = (b, v) => b.Parameters with { Ssh = [Item(v)] },
        ["Ssh.Socket"] = (b, v) => b.Parameters with { Ssh = [Item("a", ("Socket", v))] },
        ["Ssh.Keys"] = (b, v) => b.Parameters with { Ssh = [Item("a", ("Keys", v))] },
        ["Contexts"] = (b, v) => b.Parameters with { Contexts = [Item(v, ("Source", "."))] },
        ["Contexts.Source"] = (b, v) => b.Parameters with { Contexts = [Item("a", ("Source", v))], Steps = [Item("x", ("Command", "x"))] },
        ["Contexts.Source of an image"] = (b, v) => b.Parameters with { Contexts = [Item("a", ("Source", "docker-image://" + v))] },
        ["RuntimeIdentifier"] = (b, v) => b.Parameters with { Parts = [ImagePart(v)] },
        ["BaseImage"] = (b, v) => b.Parameters with { Parts = [ImagePart("linux-x64", ("BaseImage", v))] },
        ["BaseImage of a layout"] = (b, v) => b.Parameters with { Parts = [ImagePart("linux-x64", ("BaseImage", "oci-layout:" + v))] },
        ["WorkingDirectory"] = (b, v) => b.Parameters with { Parts = [ImagePart("linux-x64", ("WorkingDirectory", v))] },
        ["Assembly"] = (b, v) => b.Parameters with { Parts = [ImagePart("linux-x64", ("Assembly", v))] },
        ["Executable"] = (b, v) => b.Parameters with { Parts = [ImagePart("linux-x64", ("SelfContained", "true"), ("Executable", v))] },
        ["Published file"] = (b, v) => b.Parameters with { Parts = [ImagePart(), Published(v, "x")] },
        ["RelativePath"] = (b, v) => b.Parameters with { Parts = [ImagePart(), Published(b.Folder["project/Shop.dll"], v)] },
        ["NuGetPackageId"] = (b, v) => b.Parameters with { Parts = [ImagePart("linux-x64", ("PackageRoots", v)), Published(b.Folder["project/Shop.dll"], "x", ("NuGetPackageId", v), ("NuGetPackageVersion", v))] },
    };

    private static BuildImageParameters Step(TaskBench bench, params (string, string)[] metadata) => bench.Parameters with
    {
        Steps = [Item("fonts", metadata)],
        Secrets = [Item("token", ("Environment", "TOKEN"))],
        Contexts = [Item("image", ("Source", "docker-image://r.example/tools"))],
    };

    // What gets through does not climb out, names what can be named, and survives being written and read.
    private void AssertInert(BuildRequest request)
    {
        foreach (var tag in request.Tags) ImageReference.Create(request.Registry ?? ImageReference.DefaultRegistry, request.Repository, tag);
        foreach (var output in request.Outputs.OfType<RegistryOutput>()) Assert.Equal(output.Registry, ImageReference.Create(output.Registry!, request.Repository).Registry);
        Assert.All(request.Outputs.OfType<ArchiveOutput>(), o => Assert.True(Path.IsPathFullyQualified(o.Path)));
        AssertSurvives(request.Annotations);
        foreach (var image in request.Images)
        {
            Assert.All(image.Files.Select(f => f.TargetPath).Concat(image.Config.Volumes).Append(image.Config.WorkingDirectory), AssertPlace);
            Assert.All(image.Steps, step => AssertInert(step, image));
            AssertSurvives(image.Config.Labels);
            AssertSurvives(image.Config.GeneratedLabels);
            AssertSurvives(image.Config.Environment.ToDictionary());
            foreach (var word in image.Config.AppCommand.Concat(image.Config.AppCommandArgs).Concat(image.Config.DefaultArgs).Concat(image.Config.Entrypoint)) Assert.DoesNotContain('\0', word);
        }
    }

    // A step becomes a graph that can be loaded, lends nothing from outside of the project, and says one line of itself.
    private void AssertInert(ProjectStep step, ProjectImage image)
    {
        Assert.All(step.Mounts.Select(m => m.Target).Concat(step.Secrets.Select(s => s.Target).OfType<string>()), AssertPlace);
        Assert.All(step.Trees.SelectMany(t => t.Files).Select(f => f.HostPath), p => Assert.StartsWith(step.Script is null ? _bench.Project : "/", p, StringComparison.Ordinal));
        AssertSurvives(step.Environment.ToDictionary());
        var ground = new ProjectGround(LlbState.Image("r.example/base", image.Platform), null, image.Contexts.Keys.ToDictionary(c => c, c => LlbState.Image(c, image.Platform)));
        var vertex = LlbGraph.Load(LlbMarshaller.Marshal(ProjectFrontend.Translate(ground, image, [], 0))).Vertex;
        Assert.DoesNotContain(vertex.Name, char.IsControl);
        Assert.InRange(vertex.Name.Length, 1, 300);
    }

    private static void AssertPlace(string path)
    {
        Assert.StartsWith("/", path);
        Assert.DoesNotContain("..", path.Split('/'));
        Assert.DoesNotContain(path, char.IsControl);
    }

    private static void AssertSurvives(IReadOnlyDictionary<string, string> pairs)
    {
        var read = JsonSerializer.Deserialize<Dictionary<string, string>>(OciJson.Write(pairs));
        Assert.Equal(pairs.OrderBy(p => p.Key, StringComparer.Ordinal), read!.OrderBy(p => p.Key, StringComparer.Ordinal));
        Assert.All(pairs.Values, v => Assert.DoesNotContain('\0', v));
    }

    private static IEnumerable<string> Corpus()
    {
        string[] words =
        [
            "", " ", "\t", "\n", "\r\n", "\0", "a\0b", "a\nb", "a\rb", "a\r\nb", "a\tb", "\u007f", "\u0085", "\u2028", "\u2029", "\ufeff", "\u200b", "\u00a0", "\u202eabc", "\u0000\u0000",
            "\ud800", "\udc00", "a\ud800", "\udc00\ud800", "\ud83d\ude80", "\ufffd", "\uffff", "é", "e\u0301", "ａ", "а", "ß", "İ", "ı", "ﬀ",
            ";", ";;", "a;b", "a;;b", ":", "a:b", "::", "=", "a=b", "=b", "a=", "==", "%", "%%", "%0a", "%00", "%3B", "%2e%2e%2f", "%s%n", "$", "$(Foo)", "@(Foo)", "%(Foo)", "$([System.IO.File]::ReadAllText('/etc/passwd'))",
            ".", "..", "../", "../..", "../../etc/passwd", "..\\..\\x", "/", "//", "///", "/..", "/../x", "/.", "./x", "/etc/passwd", "/proc/self/fd/0", "/dev/zero", "/dev/stdin", "~", "~/x", "-", "--", "-rf", "--help",
            "C:\\", "C:\\x", "C:x", "\\\\server\\share", "\\\\?\\C:\\x", "\\", "a\\b", "CON", "NUL", "aux.txt", "x:y:z", "file:///etc/passwd", "http://", "https://a@b", "https://user:pass@host/x", "http://[::1", "http://a:99999",
            "*", "**", "**/*", "/**", "?", "[a-z]", "{a,b}", "a b", "a  b", " a", "a ", "'", "\"", "`", "`id`", "$(id)", "${x}", "a&b", "a|b", "a>b", "<a>", "<!--", "]]>", "&lt;", "'; DROP TABLE", "\\n", "\\u0000", "\\x00",
            "0", "-0", "-1", "1", "00", "007", "1.5", "1e9", "0x10", "NaN", "Infinity", "65535", "65536", "2147483647", "2147483648", "4294967294", "4294967295", "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551616", "٣", "１", "½",
            "true", "TRUE", "flase", "null", "undefined", "None", "none", "root", "root:root", "root:", ":root", "a:b:c", "0:0", "nobody", "1000:1000", "app", "@", "@a", "a@", "a@b", "#", "#a", "!", "!a", "^", "+", ",", "a,b",
            "latest", "LATEST", ".hidden", ".wh.x", ".wh..wh..opq", "/.wh.x", "/a/.wh.b", "sha256:", "sha256:../../x", "x@sha256:" + new string('0', 64), "x@sha256:" + new string('g', 64), "sha512:" + new string('0', 128),
            "docker.io", "localhost", "localhost:", "localhost:0", "127.0.0.1", "169.254.169.254", "[::1]", "[::1]:5000", "[", "]", "a..b", "a__b", "a___b", "a--b", "a/b/c", "a//b", "/a", "a/", "UPPER", "scratch", "oci-layout:", "oci-archive:/", "docker-archive:\0",
            "linux-x64", "win-x64", "osx-arm64", "-x64", "linux-", "any", "linux-x64;linux-arm64", "SIGTERM", "SIGKILL\n", "9", "tcp", "30s", "1h1m", "debian/bookworm", "debian/../..", "{}", "[]", "{\"a\":1}", "\"\"", "\u001b[31m", "\a", "\b", "\f", "\v", "\u009b",
        ];
        foreach (var word in words) yield return word;
        foreach (var (unit, count) in new[] { ("a", 128), ("a", 256), ("a", 5_000), ("a", 1_000_000), ("/a", 3_000), ("../", 1_000), (";", 10_000), ("ü", 200), ("🚀", 5_000), ("9", 400), ("/", 10_000), ("a.", 200), (":", 1_000) })
            yield return new StringBuilder().Insert(0, unit, count).ToString();
        // Good values with something bad in front, behind or inside: what is looked at only where it begins lets these pass.
        string[] good = ["shop", "1.0", "registry.example:5000", "/app/data", "8080", "app:app", "SIGTERM", "0644", "debian/bookworm", "https://mirror.example/debian", "linux-x64", "oci-archive"];
        string[] bad =
        [
            "\0", "\n", "\r\n", "\t", " ", ";", "%0a", "%00", "%3B", "$(OutDir)", "@(Compile)", "%(Identity)", "$([System.IO.File]::Delete('x'))", "*", "/**", "?", "..", "/../", "\\..\\", "//", "/", "\\", ":", "::", "@", "@sha256:", "#", "&&id", "|id", "`id`", "$(id)",
            "'", "\"", "{", "}", "[", "]", ",", "\": {", "- ", "<!--", "&amp;", "\u202e", "\u200b", "\ufeff", "\u2028", "\ud800", "\u0430", "\u212a", "ｓ", "\u001b[2J", ".wh.", "CON", "=", "==", "-", "--", new string('a', 300),
        ];
        foreach (var value in good)
            foreach (var part in bad)
            {
                yield return value + part;
                yield return part + value;
                yield return value[..(value.Length / 2)] + part + value[(value.Length / 2)..];
            }
        var random = new Random(5);
        for (var i = 0; i < 40; i++)
        {
            var text = new char[random.Next(1, 30)];
            for (var j = 0; j < text.Length; j++) text[j] = (char)random.Next(i % 2 == 0 ? 128 : 65536);
            yield return new string(text);
        }
    }
}
