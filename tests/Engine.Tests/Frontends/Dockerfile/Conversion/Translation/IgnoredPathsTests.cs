using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Conversion.Translation;

public sealed class IgnoredPathsTests
{
    [Theory]
    [InlineData("COPY a /x", "Copy of 'a'", "a")]
    [InlineData("ADD a /x", "Add of 'a'", "a")]
    [InlineData("COPY /a/b/../c /x", "'/a/c'", "a/c")]
    [InlineData("COPY folder/deep/file /x", "'folder/deep/file'", "folder")]
    [InlineData("COPY folder/deep/file /x", "'folder/deep/file'", "**/deep")]
    [InlineData("COPY a b /x", "'b'", "b")]
    [InlineData("COPY . /x", "'.'", "**")]
    [InlineData("COPY / /x", "'/'", "*")]
    [InlineData("ARG A=b\nCOPY $A /x", "'b'", "b")]
    public async Task Copy_OfWhatIsLeftOut_IsTold(string instruction, string part, params string[] ignore)
    {
        var warning = Assert.Single(await WarningsAsync(instruction, new FolderContext("context"), ignore));
        Assert.Equal(("CopyIgnoredFile", 1 + instruction.Split('\n').Length), (warning.Rule, warning.Line));
        Assert.Contains(part, warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("COPY a /x", "b")]
    [InlineData("COPY . /x", "a", "b")]
    [InlineData("COPY folder /x", "folder/file")]
    [InlineData("COPY <<E /x\na\nE", "**")]
    [InlineData("COPY --from=other a /x", "a")]
    [InlineData("ADD https://files.invalid/a /x", "**")]
    // What is taken back may be in it.
    [InlineData("COPY a /x", "a", "!a/b")]
    public async Task Copy_OfWhatMayBeThere_IsNotTold(string instruction, params string[] ignore) =>
        Assert.Empty(await WarningsAsync(instruction, new FolderContext("context"), ignore));

    [Fact]
    public async Task Copy_OfARepository_IsNotTold() =>
        Assert.Empty(await WarningsAsync("COPY a /x", new GitContext("https://git.invalid/app.git"), "a"));

    // It stands in another file, so that no line of the Dockerfile is at fault.
    [Fact]
    public async Task Pattern_ThatIsNone_IsAFaultWithoutALine()
    {
        var fault = await Converting.FaultAsync("FROM scratch\nCOPY . /x/\n", r => r with { Ignore = ["[a"] });
        Assert.Equal((0, true), (fault.Range.Line, fault.Message.Contains("'[a'", StringComparison.Ordinal)));
    }

    private static async Task<List<(string Rule, string Message, int Line)>> WarningsAsync(string instruction, BuildContext context, params string[] ignore)
    {
        var converting = new Converting();
        await converting.OneAsync($"FROM alpine\n{instruction}\n", r => r with { Context = context, Ignore = ignore });
        return converting.Warnings;
    }
}
