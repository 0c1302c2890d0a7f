using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile;

public sealed class DirectivesTests
{
    private static Directives Read(string text) => DockerfileParser.Parse(text, "Dockerfile").Directives;

    [Theory]
    [InlineData("# syntax=a/b:1\nFROM x", "a/b:1", 1)]
    [InlineData("#SYNTAX = a and more\nFROM x", "a", 1)]
    [InlineData("\uFEFF# syntax=a\nFROM x", "a", 1)]
    [InlineData("#!/bin/sh\n# syntax=a\nFROM x", "a", 2)]
    [InlineData("# escape=`\n# syntax=a\nFROM x", "a", 2)]
    [InlineData("//syntax=a\nother", "a", 1)]
    [InlineData("#!/usr/bin/x\n// syntax = a", "a", 2)]
    [InlineData("{\"syntax\": \"a\", \"b\": []}", "a", 1)]
    [InlineData("\n# syntax=a\nFROM x", null, 0)]
    [InlineData("# other\n# syntax=a\nFROM x", null, 0)]
    [InlineData("# other=1\n# syntax=a\nFROM x", null, 0)]
    [InlineData("#!/bin/sh\n\n# syntax=a", null, 0)]
    [InlineData("FROM x\n# syntax=a", null, 0)]
    [InlineData("{\"syntax\": \"a\"", null, 0)]
    [InlineData("{\"syntax\": 1}", null, 0)]
    [InlineData("{\"syntax\": \"a\"}\n# syntax=b", null, 0)]
    public void Syntax_IsFoundInTheFirstLines(string text, string? syntax, int line)
    {
        var directives = Read(text);

        Assert.Equal(syntax, directives.Syntax);
        Assert.Equal(line, directives.SyntaxRange.Line);
    }

    [Theory]
    [InlineData("# escape=`\nFROM a\nRUN b `\n c\\", '`', "RUN b  c\\")]
    [InlineData("#EsCaPe = `\n# c\nFROM a\nRUN b `\n c", '`', "RUN b  c")]
    [InlineData("# syntax=x\n#escape=`\nFROM a\nRUN b `\n c", '`', "RUN b  c")]
    [InlineData("# c\n# escape=`\nFROM a\nRUN b `", '\\', "RUN b `")]
    [InlineData("#!/bin/sh\n# escape=`\nFROM a\nRUN b `", '\\', "RUN b `")]
    [InlineData("\n# escape=`\nFROM a\nRUN b \\\n c", '\\', "RUN b  c")]
    public void Escape_CountsInTheFirstLines(string text, char escape, string run)
    {
        var parsed = DockerfileParser.Parse(text, "Dockerfile").OrThrow();

        Assert.Equal(escape, parsed.Directives.Escape);
        Assert.Equal(run, Assert.IsType<RunInstruction>(parsed.Stages[0].Instructions[0]).Text);
    }

    [Fact]
    public void Check_HasItsOptions()
    {
        var check = Read("# check=skip=A,B;error=true;experimental=all\nFROM a").Check!;

        Assert.Equal(["A", "B"], check.Skip);
        Assert.True(check.Error);
        Assert.Equal(["all"], check.Experimental);
        Assert.Equal(["all"], Read("#check = skip=all // why\nFROM a").Check!.Skip);
        Assert.Null(Read("FROM a").Check);
    }

    [Theory]
    [InlineData("# escape=x", 1, 10)]
    [InlineData("# escape=\\\n# escape=`", 2, 3)]
    [InlineData("# syntax=a\n# Syntax=b", 2, 3)]
    [InlineData("# check=skip", 1, 9)]
    [InlineData("# check=error=perhaps", 1, 9)]
    [InlineData("# check=skop=A", 1, 9)]
    public void Directives_ThatCannotBe_AreFaults(string directives, int line, int column)
    {
        var fault = Assert.Single(DockerfileParser.Parse(directives + "\nFROM a", "Dockerfile").Faults);

        Assert.Equal(("MBK1926", line, column), (fault.Code, fault.Range.Line, fault.Range.Column));
    }
}
