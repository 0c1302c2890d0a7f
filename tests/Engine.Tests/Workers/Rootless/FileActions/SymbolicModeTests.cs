using System.Globalization;
using System.Text;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless.FileActions;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Workers.Rootless.FileActions;

public sealed class SymbolicModeTests
{
    private static readonly string[] s_clauses =
    [
        "u+x", "a+r", "go-w", "u=rwx,go=rx", "a=", "g=u", "o=g", "u=g,g=o", "go=u-w", "a+X", "u+w,a+X", "ug+rw,o-rwx", "u-x+w", "g+s", "u+s", "ug-s", "a+st", "o=", "g=u+w", "o+g", "o-u", "ug=o", "u=rw,a+X",
    ];

    [Fact]
    public async Task Apply_WhatChmodKnowsToo_IsWhatItMakes()
    {
        using var folder = new TempFolder();
        var cases = new List<(string Clause, int Mode, bool IsDirectory)>();
        foreach (var clause in s_clauses)
            foreach (var mode in new[] { 0, 0b110_100_000, 0b111_000_101, 0b010_110_100_001, 0b110_111_111_111 })
            {
                // GNU's chmod takes special bits away where one's rights become another's, and keeps those of directories that nobody names.
                if (mode <= 0b111_111_111 || !clause.Contains("=u") && !clause.Contains("=g") && !clause.Contains("=o")) cases.Add((clause, mode, false));
                cases.Add((clause, mode & 0b111_111_111, true));
            }
        var script = new StringBuilder("umask 0\n");
        foreach (var (clause, mode, isDirectory) in cases)
            script.Append(CultureInfo.InvariantCulture, $"rm -rf x; {(isDirectory ? "mkdir" : "touch")} x; chmod {Convert.ToString(mode, 8)} x; chmod {clause} x; stat -c %a x\n");
        var made = (await Command.RunAsync("/bin/sh", ["-euc", script.ToString()], folder.Path)).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < cases.Count; i++)
        {
            var (clause, mode, isDirectory) = cases[i];
            Assert.Equal($"{clause} of {Convert.ToString(mode, 8)}, {isDirectory}: {made[i]}", $"{clause} of {Convert.ToString(mode, 8)}, {isDirectory}: {Convert.ToString(SymbolicMode.Parse(clause).Apply(mode, isDirectory), 8)}");
        }
    }

    [Theory]
    [InlineData("755", 0, 0b111_101_101)]
    [InlineData("04711", 0b111_111_111, 0b100_111_001_001)]
    [InlineData("0", 0b111_111_111_111, 0)]
    [InlineData("g=u", 0b010_110_100_001, 0b010_110_110_001)]
    [InlineData("a=", 0b111_111_111_111, 0b001_000_000_000)]
    [InlineData("a-x,u+X", 0b111_000_101, 0b111_000_100)]
    [InlineData("+x", 0, 0b001_001_001)]
    [InlineData("=r", 0b001_111_111_111, 0b001_100_100_100)]
    [InlineData("+t", 0, 0b001_000_000_000)]
    [InlineData("+tx", 0, 0b001_000_000_000)]
    [InlineData("o+t", 0, 0)]
    [InlineData("o+s", 0, 0)]
    [InlineData("-X", 0b111_111_111, 0b111_111_111)]
    [InlineData("u+", 0b1, 0b1)]
    public void Apply_WhatIsMeant_AsBsdDoesIt(string text, int mode, int expected) => Assert.Equal(expected, SymbolicMode.Parse(text).Apply(mode, isDirectory: false));

    [Theory]
    [InlineData("")]
    [InlineData("u")]
    [InlineData("u+x,")]
    [InlineData(",u+x")]
    [InlineData("u+q")]
    [InlineData("uu")]
    [InlineData("8")]
    [InlineData("755x")]
    [InlineData("77777")]
    [InlineData("10000")]
    [InlineData("u+x g+x")]
    public void Parse_WhatIsNoMode_IsRefused(string text) => Assert.Equal("MBK2041", Assert.Throws<WorkerException>(() => SymbolicMode.Parse(text)).Code);
}
