using System.IO.Compression;
using System.Text;

namespace MsBuildKit.Sdk.Tests.Image;

/// <summary>Steps on their way through MSBuild: what is written arrives, what is wrong is told where it stands. Nothing is run here: the image is
/// made of nothing, so that the first step cannot start, and the error says what it would have run.</summary>
public sealed class StepTests(StepTests.Steps steps) : IClassFixture<StepTests.Steps>
{
    [Theory]
    [InlineData("attribute", "run one: echo \"a\" && echo 'b'; echo c; d % e%")]
    [InlineData("element", "run one: set -e; echo \"x\" echo y < z")]
    [InlineData("property", "run one: install libicu72; done")]
    [InlineData("script", "run one: eng/setup.sh")]
    [InlineData("app", "run one: true")]
    public void ContainerRun_Command_ArrivesAsItWasWritten(string name, string expected) =>
        Assert.StartsWith($"{expected}: ", Assert.Single(steps.Run.Errors(name)).Text, StringComparison.Ordinal);

    [Fact]
    public void ContainerRun_OfAnotherPlatform_IsLeftOut()
    {
        Assert.Empty(steps.Run.Errors("platform"));
        Assert.Contains("App.dll", steps.Run.Layout("platform").Image().Below("/app"));
    }

    [Fact]
    public void ContainerRun_WithEveryFault_TellsAllAtOnceWhereTheyStand()
    {
        var errors = steps.Run.Errors("faults");
        Assert.Equal(["MBK1029", "MBK1032", "MBK1033", "MBK1034", "MBK1035", "MBK1036", "MBK1037"], errors.Select(e => e.Code).Distinct().Order());
        Assert.All(errors, e => Assert.EndsWith("App.csproj", e.File, StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Text.StartsWith("ContainerRun: Stage 'Last' of 'stage'", StringComparison.Ordinal));
        // '%3B' is inside of a value, ';' is between two.
        Assert.Contains(errors, e => e.Text.StartsWith("ContainerRun: Environment of 'environment' has '2B;3',", StringComparison.Ordinal));
        Assert.Single(errors, e => e.Text.Contains("ContainerKeepFailed", StringComparison.Ordinal));
        Assert.Single(errors, e => e.Text.Contains("'environment'", StringComparison.Ordinal));
    }

    [Fact]
    public void ContainerSecret_WithAValue_IsRefusedWithoutRepeatingIt()
    {
        var error = Assert.Single(steps.Run.Errors("value"));
        Assert.Equal("MBK1035", error.Code);
        Assert.DoesNotContain("pa55", error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContainerSecret_OfTheEnvironment_IsInNoLog()
    {
        const string Canary = "c4n4ry-0f-a-t0k3n";
        steps.Tree.Console("Secret", p => p.Item("ContainerSecret", "feed", ("Environment", "FEED_TOKEN")).Item("ContainerRun", "one", ("Command", "true"), ("Secrets", "feed,required,env=TOKEN")));
        var log = steps.Tree["secret.binlog"];

        var run = (await steps.Tree.RunAsync("publish", "Secret", ["-t:ContainerBuild", $"-bl:{log}", "-v:diag"], ("FEED_TOKEN", Canary))).Failed();

        Assert.Contains("run one: true", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, run.Output, StringComparison.Ordinal);
        await using var unpacked = new GZipStream(File.OpenRead(log), CompressionMode.Decompress);
        var bytes = new MemoryStream();
        await unpacked.CopyToAsync(bytes);
        Assert.True(bytes.Length > 10_000);
        Assert.True(bytes.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(Canary)) < 0, "the log has the secret");
    }

    [Fact]
    public async Task ContainerRun_OfSeveralRuntimeIdentifiers_IsJudgedOnce()
    {
        steps.Tree.Console("Both", p => p.Properties("ContainerRuntimeIdentifiers=linux-x64;linux-arm64", "UseAppHost=false")
            .Item("ContainerRun", "one", ("Command", "true"), ("Stage", "Last")).Item("ContainerRun", "two", ("Command", "a;b"), ("Platform", "linux-arm64;linux-mips"), ("Environment", "A=b;c")));

        var run = (await steps.Tree.ContainerBuildAsync("Both")).Failed();

        Assert.Equal(["MBK1032", "MBK1032", "MBK1032"], run.ErrorCodes);
    }

    public sealed class Steps(SdkPackage sdk) : IAsyncLifetime
    {
        public ProjectTree Tree { get; } = new(sdk);

        public CaseRun Run { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Tree.Write("App/eng/setup.sh", "#!/bin/sh\ntrue\n");
            Tree.Write("App/windows.sh", "#!/bin/sh\r\ntrue\r\n");
            var draft = new ProjectDraft(null);
            Tree.Console("App", p => Fill(draft = p));
            Run = await Tree.RunCasesAsync("App", "ContainerBuild", draft.Cases);
        }

        public ValueTask DisposeAsync()
        {
            Tree.Dispose();
            return default;
        }

        private static void Fill(ProjectDraft p) => p
            .Case("attribute", c => c.Xml("""<ItemGroup><ContainerRun Include="one" Command="echo &quot;a&quot; &amp;&amp; echo 'b'; echo c%3B d %25 e%" /></ItemGroup>"""))
            .Case("element", c => c.Xml("<ItemGroup><ContainerRun Include=\"one\"><Command>\n  set -e; echo \"x\"\n  echo y &lt; z\n</Command></ContainerRun></ItemGroup>"))
            .Case("property", c => c.Property("Wanted", "libicu72; done").Item("ContainerRun", "one", ("Command", "install $(Wanted)")))
            .Case("script", c => c.Item("ContainerRun", "one", ("Script", "eng/setup.sh")))
            .Case("app", c => c.Item("ContainerRun", "one", ("Command", "true"), ("Stage", "App")))
            .Case("platform", c => c.Item("ContainerRun", "one", ("Command", "true"), ("Platform", "linux-s390x;linux/riscv64")))
            .Case("value", c => c.Item("ContainerSecret", "feed", ("Value", "pa55")))
            .Case("faults", c => c
                .Property("ContainerAllowHostNetwork", "perhaps")
                .Property("ContainerKeepFailed", "perhaps")
                .Item("ContainerRun", "stage", ("Command", "x"), ("Stage", "Last"))
                .Item("ContainerRun", "environment", ("Command", "x"), ("Environment", "A=1%3B2;2B%3B3"))
                .Item("ContainerRun", "windows", ("Script", "windows.sh"))
                .Item("ContainerRun", "mounts", ("Command", "x"), ("CacheMounts", "here"), ("TmpfsMounts", "/tmp,size=much"), ("BindMounts", "target=/src,source=../.."))
                .Item("ContainerRun", "secrets", ("Command", "x"), ("Secrets", "nobody"), ("Ssh", "nobody"), ("Network", "host"))
                .Item("ContainerContext", "tools", ("Source", "no/folder")));
    }
}
