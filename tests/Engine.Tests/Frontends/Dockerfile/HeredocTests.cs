using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile;

public sealed class HeredocTests
{
    private static T First<T>(string text) where T : Instruction => Assert.IsType<T>(DockerfileParser.Parse("FROM a\n" + text, "Dockerfile").OrThrow().Stages[0].Instructions[0]);

    [Theory]
    [InlineData("RUN <<E\na\nb\nE", "E", "a\nb\n", true, 0)]
    [InlineData("RUN <<E\nE", "E", "", true, 0)]
    [InlineData("RUN <<E\n\ta\n E\nE", "E", "\ta\n E\n", true, 0)]
    [InlineData("RUN <<-E\n\ta\n\t\tb\n\tE", "E", "a\nb\n", true, 0)]
    [InlineData("RUN <<'E'\n$a\nE", "E", "$a\n", false, 0)]
    [InlineData("RUN <<-\"E\"\n\t$a\nE", "E", "$a\n", false, 0)]
    [InlineData("RUN <<E'F'\nEF", "EF", "", false, 0)]
    [InlineData("RUN <<E\\'F\nE'F", "E'F", "", true, 0)]
    [InlineData("RUN <<'E F'\na\nE F", "E F", "a\n", false, 0)]
    [InlineData("RUN 3<<E\nE", "E", "", true, 3)]
    [InlineData("RUN <<  E > x\nE", "E", "", true, 0)]
    [InlineData("RUN <<$E\n$E", "$E", "", true, 0)]
    [InlineData("RUN <<E python3\n# no comment\nprint()\\\nE", "E", "# no comment\nprint()\\\n", true, 0)]
    [InlineData("RUN <<E\r\na\r\nE\r\n", "E", "a\r\n", true, 0)]
    [InlineData("RUN --mount=type=cache,target=/c <<E\na\nE", "E", "a\n", true, 0)]
    [InlineData("RUN a \\\n <<E\nb\nE", "E", "b\n", true, 0)]
    public void Run_ADocument_IsReadAsAShellDoes(string text, string name, string content, bool expand, int descriptor)
    {
        var heredoc = Assert.Single(First<RunInstruction>(text).Heredocs);

        Assert.Equal((name, content, expand, descriptor), (heredoc.Name, heredoc.Content, heredoc.Expand, heredoc.FileDescriptor));
    }

    [Theory]
    [InlineData("RUN \"<<E\"")]
    [InlineData("RUN [\"<<E\"]")]
    [InlineData("RUN a <<< b")]
    [InlineData("RUN a <<")]
    [InlineData("RUN a <<-")]
    [InlineData("RUN a '<<E")]
    [InlineData("RUN echo \\<<E")]
    public void Run_WhatAnnouncesNone_HasNone(string text) => Assert.Empty(First<RunInstruction>(text).Heredocs);

    [Fact]
    public void Run_TheCommand_KeepsWhatAnnounces()
    {
        var run = First<RunInstruction>("RUN <<-E sh -e\n\tx\n\tE\nUSER a");

        Assert.Equal(["<<-E sh -e"], run.Command.Words);
        Assert.Equal("\tx\n", run.Heredocs[0].Source);
        Assert.Equal("RUN <<-E sh -e", run.Text);
    }

    [Fact]
    public void Copy_Documents_StandBesidesSources()
    {
        var copy = First<CopyInstruction>("COPY <<a.txt file <<'b' /to/\nX\nb\na.txt\n$Y\nb");

        Assert.Equal(["file"], copy.Sources);
        Assert.Equal([("a.txt", "X\nb\n", true), ("b", "$Y\n", false)], copy.Heredocs.Select(h => (h.Name, h.Content, h.Expand)));
        Assert.Equal("/to/", copy.Destination);
    }

    [Fact]
    public void OtherInstructions_TakeNone()
    {
        var parsed = DockerfileParser.Parse("FROM a\nUSER <<E\nCMD <<E\n", "Dockerfile").OrThrow();

        Assert.Equal(2, parsed.Stages[0].Instructions.Count);
    }
}
