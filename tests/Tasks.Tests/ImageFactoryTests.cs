using Microsoft.Build.Framework;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using static MsBuildKit.Tasks.Tests.TaskBench;

namespace MsBuildKit.Tasks.Tests;

public sealed class ImageFactoryTests : IDisposable
{
    private readonly TaskBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("linux-x64", "linux/amd64")]
    [InlineData("linux-musl-arm64", "linux/arm64")]
    [InlineData("linux-arm", "linux/arm/v7")]
    [InlineData("linux-armv6", "linux/arm/v6")]
    [InlineData("linux-x86", "linux/386")]
    [InlineData("linux-ppc64le", "linux/ppc64le")]
    [InlineData("linux-s390x", "linux/s390x")]
    [InlineData("linux-riscv64", "linux/riscv64")]
    [InlineData("linux-loongarch64", "linux/loong64")]
    [InlineData("alpine.3.20-x64", "linux/amd64")]
    [InlineData("ubuntu.24.04-arm64", "linux/arm64")]
    public void Create_RuntimeIdentifier_IsAPlatform(string rid, string platform)
    {
        Replace(ImagePart(rid));
        Assert.Equal(platform, Assert.Single(_bench.Create().Images).Platform.ToString());
    }

    [Theory]
    [InlineData("linux")]
    [InlineData("")]
    [InlineData("-x64")]
    [InlineData("linux-")]
    [InlineData("linux-mips")]
    [InlineData("osx-arm64")]
    [InlineData("osx.13-x64")]
    [InlineData("freebsd-x64")]
    [InlineData("android-arm64")]
    [InlineData("ios-arm64")]
    [InlineData("browser-wasm")]
    [InlineData("wasi-x64")]
    [InlineData("any-x64")]
    [InlineData("win-x64")]
    [InlineData("win10-arm64")]
    [InlineData("LINUX-x64")]
    [InlineData("linux\n-x64")]
    [InlineData("../x-x64")]
    public void Create_RuntimeIdentifierOfNoImage_IsRefused(string rid)
    {
        Replace(ImagePart(rid));
        _bench.Refuse("MBK1019", "ContainerRuntimeIdentifier");
    }

    [Fact]
    public void Create_NoneOrTwoAlike_AreRefused()
    {
        _bench.Refuse("MBK1019", "ContainerRuntimeIdentifiers", p => p with { Parts = [] });
        _bench.Parts.Add(ImagePart("linux-musl-x64"));
        _bench.Refuse("MBK1019", "ContainerRuntimeIdentifiers");
    }

    [Theory]
    [InlineData("/srv", "/srv")]
    [InlineData("/srv/", "/srv")]
    [InlineData("//srv/./x", "/srv/x")]
    [InlineData("/", "/")]
    public void Create_WorkingDirectory_IsNormalized(string given, string expected)
    {
        Replace(ImagePart("linux-x64", ("WorkingDirectory", given)));
        var image = _bench.Create().Images[0];
        Assert.Equal(expected, image.Config.WorkingDirectory);
        Assert.Equal(expected.TrimEnd('/') + "/Shop.dll", image.Config.AppCommand[1]);
    }

    [Theory]
    [InlineData("srv")]
    [InlineData("/srv/../..")]
    [InlineData("C:\\app")]
    [InlineData("/a\nb")]
    [InlineData("/a\0b")]
    [InlineData("/.wh.app")]
    public void Create_WorkingDirectoryThatIsNone_IsRefused(string given)
    {
        Replace(ImagePart("linux-x64", ("WorkingDirectory", given)));
        _bench.Refuse("MBK1005", "ContainerWorkingDirectory");
    }

    [Theory]
    [InlineData("app")]
    [InlineData("app:staff")]
    [InlineData("1000")]
    [InlineData("1000:1000")]
    [InlineData("_app-1.x")]
    [InlineData("0")]
    [InlineData("2147483647")]
    public void Create_User_IsANameOrANumber(string user) => Assert.Equal(user, _bench.Create(p => p with { User = user }).Images[0].Config.User);

    [Theory]
    [InlineData("no such user!")]
    [InlineData("a:b:c")]
    [InlineData(":")]
    [InlineData(":staff")]
    [InlineData("app:")]
    [InlineData("-1")]
    [InlineData("2147483648")]
    [InlineData("4294967295")]
    [InlineData("4294967296")]
    [InlineData("99999999999999999999")]
    [InlineData("1000:4294967296")]
    [InlineData("1e3")]
    [InlineData("0x0")]
    [InlineData("١٢")]
    [InlineData("root\n")]
    [InlineData("a\0")]
    [InlineData("an-extremely-long-name-of-a-user-x")]
    public void Create_UserThatIsNone_IsRefused(string user) => _bench.Refuse("MBK1006", "ContainerUser", p => p with { User = user });

    [Theory]
    [InlineData("8080", "", "8080/tcp")]
    [InlineData("53", "UDP", "53/udp")]
    [InlineData("1", "sctp", "1/sctp")]
    [InlineData("65535", "tcp", "65535/tcp")]
    public void Create_Port_HasItsType(string port, string type, string expected) =>
        Assert.Equal(expected, Assert.Single(_bench.Create(p => p with { Ports = [Item(port, ("Type", type))] }).Images[0].Config.Ports));

    [Theory]
    [InlineData("0", "")]
    [InlineData("65536", "")]
    [InlineData("99999999999", "")]
    [InlineData("-1", "")]
    [InlineData("80-90", "")]
    [InlineData("80/tcp", "")]
    [InlineData("http", "")]
    [InlineData("80", "icmp")]
    [InlineData("80", "tcp udp")]
    [InlineData(" 80", "")]
    public void Create_PortThatIsNone_IsRefused(string port, string type) => _bench.Refuse("MBK1007", "ContainerPort", p => p with { Ports = [Item(port, ("Type", type))] });

    [Theory]
    [InlineData("1A")]
    [InlineData("A-B")]
    [InlineData("A B")]
    [InlineData("A=")]
    [InlineData("")]
    [InlineData("Ü")]
    [InlineData("A\n")]
    [InlineData("A\0")]
    public void Create_VariableNameThatIsNone_IsRefused(string name) => _bench.Refuse("MBK1008", "ContainerEnvironmentVariable", p => p with { EnvironmentVariables = [Item(name, ("Value", "x"))] });

    [Theory]
    [InlineData("Entrypoint", AppCommandInstruction.Entrypoint)]
    [InlineData("defaultargs", AppCommandInstruction.DefaultArgs)]
    [InlineData("None", AppCommandInstruction.None)]
    public void Create_Instruction_IsReadInAnyCase(string given, AppCommandInstruction expected) =>
        Assert.Equal(expected, _bench.Create(p => p with { AppCommandInstruction = given }).Images[0].Config.Instruction);

    [Theory]
    [InlineData("Cmd")]
    [InlineData("0")]
    [InlineData("7")]
    [InlineData("Entrypoint,None")]
    public void Create_InstructionThatIsNone_IsRefused(string given) => _bench.Refuse("MBK1009", "ContainerAppCommandInstruction", p => p with { AppCommandInstruction = given });

    [Fact]
    public void Create_Command_IsTheProjectsElseTheApplications()
    {
        Assert.Equal(["/x", "y z"], Config(p => p with { AppCommand = [Item("/x"), Item("y z")] }).AppCommand);
        Assert.Empty(Config(p => p with { AppCommandInstruction = "None" }).AppCommand);
        Replace(ImagePart("linux-x64", ("SelfContained", "true")));
        Assert.Equal(["/app/Shop"], Config(p => p).AppCommand);
    }

    [Theory]
    [InlineData("../../bin/sh")]
    [InlineData("a\nb")]
    [InlineData("a\0")]
    public void Create_AssemblyNameThatNoFileCanHave_IsRefused(string name)
    {
        Replace(ImagePart("linux-x64", ("Assembly", name)));
        _bench.Refuse("MBK1009", "AssemblyName");
    }

    [Theory]
    [InlineData("/data", "/data")]
    [InlineData("\\data\\x", "/data/x")]
    [InlineData("/data//", "/data")]
    public void Create_Volume_IsNormalized(string given, string expected) =>
        Assert.Equal(expected, Assert.Single(Config(p => p with { Volumes = [Item(given)] }).Volumes));

    [Theory]
    [InlineData("data")]
    [InlineData("/")]
    [InlineData("/../etc")]
    [InlineData("/a/../../etc")]
    [InlineData("C:\\data")]
    [InlineData("/a\n")]
    [InlineData("")]
    public void Create_VolumeThatIsNone_IsRefused(string given) => _bench.Refuse("MBK1015", "ContainerVolume", p => p with { Volumes = [Item(given)] });

    [Theory]
    [InlineData("SIGTERM")]
    [InlineData("SIGRTMIN+3")]
    [InlineData("9")]
    public void Create_StopSignal_IsANameOrANumber(string given) => Assert.Equal(given, Config(p => p with { StopSignal = given }).StopSignal);

    [Theory]
    [InlineData("TERM")]
    [InlineData("sigterm")]
    [InlineData("0")]
    [InlineData("100")]
    [InlineData("SIGTERM\n")]
    [InlineData("SIG TERM")]
    public void Create_StopSignalThatIsNone_IsRefused(string given) => _bench.Refuse("MBK1016", "ContainerStopSignal", p => p with { StopSignal = given });

    [Fact]
    public void Create_Healthcheck_IsReadWithItsTimes()
    {
        var check = Config(p => p with { Healthcheck = [Item("curl -f http://localhost;x:y%z", ("Interval", "30s"), ("Timeout", "500ms"), ("StartPeriod", "2m"), ("Retries", "3"))] }).Healthcheck!;
        Assert.Equal(["CMD-SHELL", "curl -f http://localhost;x:y%z"], check.Test!);
        Assert.Equal((30_000_000_000, 500_000_000, 120_000_000_000, 3), (check.Interval, check.Timeout, check.StartPeriod, check.Retries));
        Assert.Equal(["CMD-SHELL", "a"], Config(p => p with { Healthcheck = [Item("named", ("Command", "a"))] }).Healthcheck!.Test!);
        Assert.Equal(["NONE"], Config(p => p with { Healthcheck = [Item("None")] }).Healthcheck!.Test!);
    }

    [Theory]
    [InlineData("Interval", "30")]
    [InlineData("Interval", "s")]
    [InlineData("Interval", "-1s")]
    [InlineData("Interval", "1.5s")]
    [InlineData("Interval", "1mm")]
    [InlineData("Timeout", "1d")]
    [InlineData("StartPeriod", "2147483647h")]
    [InlineData("StartPeriod", "99999999999s")]
    [InlineData("Retries", "-1")]
    [InlineData("Retries", "many")]
    public void Create_HealthcheckThatIsNone_IsRefused(string name, string value) =>
        _bench.Refuse("MBK1013", "ContainerHealthcheck", p => p with { Healthcheck = [Item("x", (name, value))] });

    [Fact]
    public void Create_TwoHealthchecks_AreRefused() => _bench.Refuse("MBK1013", "ContainerHealthcheck", p => p with { Healthcheck = [Item("x"), Item("y")] });

    [Fact]
    public void Create_GeneratedLabels_FollowTheirSwitches()
    {
        IReadOnlyList<ITaskItem> generated = [Item("a", ("Value", "1"))];
        Assert.Equal(["a", "org.opencontainers.artifact.created", "org.opencontainers.image.created"], Config(p => p with { GeneratedLabels = generated }).GeneratedLabels.Keys.Order());
        Assert.Equal(["a"], Config(p => p with { GeneratedLabels = generated, LabelCreated = "false" }).GeneratedLabels.Keys);
        var without = Config(p => p with { GeneratedLabels = generated, GenerateLabels = "false", Labels = [Item("mine", ("Value", "1"))] });
        Assert.Empty(without.GeneratedLabels);
        Assert.False(without.LabelBaseName || without.LabelBaseDigest);
        Assert.Equal("1", without.Labels["mine"]);
        Assert.False(Config(p => p with { LabelBaseName = "false" }).LabelBaseName);
    }

    [Theory]
    [InlineData("scratch", typeof(ScratchBase))]
    [InlineData("SCRATCH", typeof(ScratchBase))]
    [InlineData("r.example/a b:1", typeof(RegistryBase))]
    [InlineData("debian", typeof(RegistryBase))]
    public void Create_Base_IsRead(string given, Type expected)
    {
        Replace(ImagePart("linux-x64", ("BaseImage", given)));
        Assert.IsType(expected, _bench.Create().Images[0].Base);
    }

    [Fact]
    public void Create_LocalBase_IsAbsoluteWithItsTag()
    {
        _bench.Folder.Write("project/base.tar", "x");
        Replace(ImagePart("linux-x64", ("BaseImage", "oci-archive:base.tar:1.0")));
        Assert.Equal(new LocalBase(_bench.Folder["project/base.tar"], "1.0"), _bench.Create().Images[0].Base);
        Replace(ImagePart("linux-x64", ("BaseImage", "docker-archive:" + _bench.Folder["project/base.tar"])));
        Assert.Equal(new LocalBase(_bench.Folder["project/base.tar"], null), _bench.Create().Images[0].Base);
    }

    [Theory]
    [InlineData("")]
    [InlineData("UPPER")]
    [InlineData("https://r.example/x")]
    [InlineData("r.example/x@sha256:../../x")]
    [InlineData("a\nb")]
    [InlineData("oci-layout:nothing")]
    [InlineData("oci-archive:")]
    [InlineData("oci-archive:a\0b")]
    public void Create_BaseThatIsNone_IsRefused(string given)
    {
        Replace(ImagePart("linux-x64", ("BaseImage", given)));
        _bench.Refuse("MBK1004", "ContainerBaseImage");
    }

    [Fact]
    public void Create_ComposedBase_HasItsPackages()
    {
        var composed = Assert.IsType<ComposedBase>(_bench.Create(p => p with
        {
            BaseDistribution = "Debian/Bookworm", Packages = [Item("libicu72"), Item("tzdata", ("Version", "2024a-0+deb12u1"))],
            PackageMirror = "https://a.example/debian; http://b.example", PackageKeyring = "keys.gpg", PackageLockFile = "packages.lock",
        }).Images[0].Base);
        Assert.Equal(("debian/bookworm", _bench.Folder["project/keys.gpg"], _bench.Folder["project/packages.lock"]), (composed.Distribution, composed.Keyring, composed.LockFile));
        Assert.Equal(["libicu72", "tzdata=2024a-0+deb12u1"], composed.Packages);
        Assert.Equal(["https://a.example/debian", "http://b.example"], composed.Mirrors);
    }

    [Theory]
    [InlineData("debian", "", "", "ContainerBaseDistribution")]
    [InlineData("debian/../x", "", "", "ContainerBaseDistribution")]
    [InlineData("debian/bookworm\n", "", "", "ContainerBaseDistribution")]
    [InlineData("debian/bookworm", "../x", "", "ContainerPackage")]
    [InlineData("debian/bookworm", "a b", "", "ContainerPackage")]
    [InlineData("debian/bookworm", "", "mirror", "ContainerPackageMirror")]
    [InlineData("debian/bookworm", "", "file:///etc", "ContainerPackageMirror")]
    [InlineData("", "libicu72", "", "ContainerPackage")]
    public void Create_ComposedBaseThatIsNone_IsRefused(string distribution, string package, string mirror, string subject) => _bench.Refuse("MBK1004", subject, p => p with
    {
        BaseDistribution = distribution, Packages = package.Length > 0 ? [Item(package)] : [], PackageMirror = mirror,
    });

    private ProjectImageConfig Config(Func<BuildImageParameters, BuildImageParameters> change) => _bench.Create(change).Images[0].Config;

    private void Replace(ITaskItem image) => _bench.Parts[0] = image;
}
