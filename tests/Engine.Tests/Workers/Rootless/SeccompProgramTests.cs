using System.Runtime.InteropServices;
using System.Text.Json;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

public sealed class SeccompProgramTests
{
    [Theory]
    [InlineData(Architecture.X64, "SCMP_ARCH_X86_64")]
    [InlineData(Architecture.Arm64, "SCMP_ARCH_AARCH64")]
    public void Write_ForAnArchitecture_HoldsOnlyWhatTheSpecificationKnows(Architecture architecture, string name)
    {
        using var json = JsonDocument.Parse(SeccompProgram.Write(architecture));
        Assert.Equal(["defaultAction", "defaultErrnoRet", "architectures", "syscalls"], json.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal([name], json.RootElement.GetProperty("architectures").EnumerateArray().Select(a => a.GetString()));
        Assert.Equal(38, json.RootElement.GetProperty("defaultErrnoRet").GetInt32());
        Assert.All(json.RootElement.GetProperty("syscalls").EnumerateArray(), r => Assert.Subset(new HashSet<string> { "names", "action", "errnoRet", "args" }, r.EnumerateObject().Select(p => p.Name).ToHashSet()));
    }

    [Fact]
    public void Write_NamesACall_OnceUnlessByItsArguments()
    {
        using var json = JsonDocument.Parse(SeccompProgram.Write(Architecture.X64));
        var rules = json.RootElement.GetProperty("syscalls").EnumerateArray().SelectMany(r => r.GetProperty("names").EnumerateArray().Select(n => (Name: n.GetString()!, HasArgs: r.TryGetProperty("args", out _)))).ToList();
        // A rule without arguments swallows those with.
        Assert.All(rules.GroupBy(r => r.Name), g => Assert.True(g.Count() == 1 || g.All(r => r.HasArgs), g.Key));
        Assert.Contains(rules, r => r.Name == "arch_prctl");
        Assert.DoesNotContain("arch_prctl", System.Text.Encoding.UTF8.GetString(SeccompProgram.Write(Architecture.Arm64)), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ForAnotherArchitecture_IsRefused() =>
        Assert.Equal("MBK2018", Assert.Throws<WorkerException>(() => SeccompProgram.Write(Architecture.S390x)).Code);
}
