using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile;

public sealed class DockerfileParserTests
{
    private static ParsedDockerfile Parse(string text) => DockerfileParser.Parse(text, "Dockerfile");

    private static T One<T>(string instruction) where T : Instruction => Assert.IsType<T>(Assert.Single(Parse("FROM a\n" + instruction).OrThrow().Stages[0].Instructions));

    private static void AssertFault(string text, string code, int line, int column, string part = "")
    {
        var fault = Assert.Single(Parse(text).Faults);
        Assert.Equal((code, line, column), (fault.Code, fault.Range.Line, fault.Range.Column));
        Assert.Contains(part, fault.Message);
    }

    [Fact]
    public void Parse_Stages_HoldTheirInstructions()
    {
        var parsed = Parse("ARG V=1\nFROM a:$V AS One\nRUN x\nfrom --platform=$BUILDPLATFORM b as two\n\nCMD y\n").OrThrow();

        Assert.Equal("V", Assert.Single(Assert.Single(parsed.GlobalArgs).Args).Key);
        Assert.Equal(["a:$V", "b"], parsed.Stages.Select(s => s.From.Image));
        Assert.Equal(["One", "two"], parsed.Stages.Select(s => s.From.StageName));
        Assert.Equal(["AS", "as"], parsed.Stages.Select(s => s.From.AsKeyword));
        Assert.Equal("$BUILDPLATFORM", parsed.Stages[1].From.Platform);
        Assert.Equal(new TextRange(2, 14, 2, 16), parsed.Stages[0].From.StageNameRange);
        Assert.Equal(new TextRange(4, 32, 4, 32), parsed.Stages[1].From.ImageRange);
        Assert.Equal(new TextRange(4, 1, 6, 5), parsed.Stages[1].Range);
    }

    [Theory]
    [InlineData("RUN a \\\n  b", "RUN a   b")]
    [InlineData("RUN a\\\nb", "RUN ab")]
    [InlineData("   run   a   ", "run   a")]
    [InlineData("RUN a \\\n# comment\n   # another \\\n b", "RUN a  b")]
    [InlineData("RUN a \\  \t\n b", "RUN a  b")]
    [InlineData("RUN a \\\r\n b\r", "RUN a  b")]
    [InlineData("RUN a \\", "RUN a")]
    [InlineData("RUN a \\\n", "RUN a")]
    [InlineData("RUN a\\\\", "RUN a\\\\")]
    [InlineData("\\\nRUN a", "RUN a")]
    [InlineData("RUN a\t\\\n\\\n\tb", "RUN a\t\tb")]
    public void Parse_Continuations_AreJoined(string written, string text) => Assert.Equal(text, One<RunInstruction>(written).Text);

    [Fact]
    public void Parse_Ranges_CoverTheWholeInstruction()
    {
        var parsed = Parse("\n\n# c\nFROM a\n\n  RUN b \\\n\n  c\nCOPY <<E /x\nl\nE\nENV a=b").OrThrow();

        Assert.Equal([new TextRange(6, 3, 8, 3), new TextRange(9, 1, 11, 1), new TextRange(12, 1, 12, 7)], parsed.Stages[0].Instructions.Select(i => i.Range));
        Assert.Equal(8, Assert.Single(parsed.EmptyContinuations).Line);
    }

    [Fact]
    public void Parse_Comments_BelongToTheNextInstruction()
    {
        var parsed = Parse("# syntax=docker/dockerfile:1\n# one\n#\n# base is first\n# check=skip=A, B;error=true\nFROM a AS base\n# two\nRUN x \\\n# within\n  y\nCMD z").OrThrow();

        var from = parsed.Stages[0].From;
        Assert.Equal(["base is first", "check=skip=A, B;error=true"], from.Comments);
        Assert.Equal(["A", ""], from.SkippedChecks);
        Assert.Equal(["two"], parsed.Stages[0].Instructions[0].Comments);
        Assert.Empty(parsed.Stages[0].Instructions[1].Comments);
    }

    [Theory]
    [InlineData("# check=skip=all", "all")]
    [InlineData("#check = skip=A,B", "A,B")]
    [InlineData("# check=error=true", "")]
    [InlineData("# check=nonsense", "")]
    public void Parse_ACheckComment_TurnsRulesOff(string comment, string rules)
        => Assert.Equal(rules, string.Join(',', Parse($"FROM a\n{comment}\nRUN x").OrThrow().Stages[0].Instructions[0].SkippedChecks));

    [Theory]
    [InlineData("CMD [\"a\", \"b c\"]", false, "a|b c")]
    [InlineData("CMD []", false, "")]
    [InlineData("CMD", true, "")]
    [InlineData("CMD a   b", true, "a   b")]
    [InlineData("CMD ['a']", true, "['a']")]
    [InlineData("CMD [\"a\"", true, "[\"a\"")]
    [InlineData("CMD [\"a]", true, "[\"a]")]
    [InlineData("CMD \"[\\\"a\\\"]\"", true, "\"[\\\"a\\\"]\"")]
    [InlineData("CMD [\"a\"] b", true, "[\"a\"] b")]
    [InlineData("CMD [ \"\\u00e4\\t\\\"\" ]", false, "ä\t\"")]
    public void Parse_Forms_AreTold(string instruction, bool isShell, string words)
    {
        var command = One<CmdInstruction>(instruction).Command;

        Assert.Equal(isShell, command.IsShell);
        Assert.Equal(words, string.Join('|', command.Words));
    }

    [Theory]
    [InlineData("CMD [1]", 5)]
    [InlineData("RUN [\"a\", null]", 5)]
    [InlineData("ENTRYPOINT [[\"a\"]]", 12)]
    [InlineData("VOLUME [{}]", 8)]
    [InlineData("HEALTHCHECK CMD [true]", 17)]
    [InlineData("ONBUILD RUN [1]", 13)]
    public void Parse_AListOfMoreThanStrings_IsAFault(string instruction, int column) => AssertFault("FROM a\n" + instruction, "MBK1928", 2, column);

    [Fact]
    public void Parse_Run_HasItsFlags()
    {
        var run = One<RunInstruction>("RUN --mount=type=cache,target=/c --mount=\"type=bind,target=/b\" --network=none --security=insecure --device=gpu -- --x y");

        Assert.Equal(["type=cache,target=/c", "type=bind,target=/b"], run.Mounts);
        Assert.Equal(("none", "insecure"), (run.Network, run.Security));
        Assert.Equal(["gpu"], run.Devices);
        Assert.Equal(["--x y"], run.Command.Words);
    }

    [Fact]
    public void Parse_Copy_HasItsFlags()
    {
        var copy = One<CopyInstruction>("COPY --from=tools --chown=1:2 --chmod=u+x --link --parents=false --exclude=*.md --exclude=b a\tb  /c/");

        Assert.Equal(("tools", "1:2", "u+x", true, false), (copy.From, copy.Chown, copy.Chmod, copy.Link, copy.Parents));
        Assert.Equal(["*.md", "b"], copy.Excludes);
        Assert.Equal(["a", "b"], copy.Sources);
        Assert.Equal("/c/", copy.Destination);
    }

    [Fact]
    public void Parse_Add_HasItsFlags()
    {
        var add = One<AddInstruction>("ADD --checksum=sha256:ab --keep-git-dir --unpack=FALSE [\"a b\", \"/c d\"]");

        Assert.Equal(("sha256:ab", true, false), (add.Checksum, add.KeepGitDirectory, add.Unpack));
        Assert.Equal(["a b"], add.Sources);
        Assert.Equal("/c d", add.Destination);
        Assert.Null(One<AddInstruction>("ADD a b").Unpack);
    }

    [Theory]
    [InlineData("ENV A=1 B='x y' C=\"z\" D=a\\ b", "A:1|B:'x y'|C:\"z\"|D:a\\ b")]
    [InlineData("ENV A", null)]
    [InlineData("ENV A  x  y=z ", "A:x  y=z")]
    [InlineData("ENV A=", "A:")]
    [InlineData("ENV A=b=c \\\n  D=e", "A:b=c|D:e")]
    [InlineData("ENV A=x\\\\ B=y", "A:x\\\\|B:y")]
    [InlineData("ENV A='a\"b' C=\"d'e\"", "A:'a\"b'|C:\"d'e\"")]
    [InlineData("ENV A=föö B=\"bår\"", "A:föö|B:\"bår\"")]
    public void Parse_Env_HasBothForms(string instruction, string? pairs)
    {
        if (pairs is null) AssertFault("FROM a\n" + instruction, "MBK1930", 2, 5);
        else Assert.Equal(pairs, string.Join('|', One<EnvInstruction>(instruction).Pairs.Select(p => $"{p.Key}:{p.Value}")));
    }

    [Fact]
    public void Parse_Label_TellsTheOldForm()
    {
        Assert.True(Assert.Single(One<LabelInstruction>("LABEL a b c").Pairs).IsLegacy);
        Assert.False(Assert.Single(One<LabelInstruction>("LABEL \"a b\"=c").Pairs).IsLegacy);
    }

    [Fact]
    public void Parse_Arg_MayDeclareSeveral()
    {
        var args = One<ArgInstruction>("ARG a b= \\\n c=\"d e\"").Args;

        Assert.Equal([("a", null), ("b", ""), ("c", "\"d e\"")], args.Select(a => (a.Key, a.Value)));
        Assert.Equal(new TextRange(3, 2, 3, 8), args[2].Range);
    }

    [Fact]
    public void Parse_TheRest_IsTakenAsWritten()
    {
        Assert.Equal(["53/udp", "8080", "9000-9010"], One<ExposeInstruction>("EXPOSE 8080 53/udp\t9000-9010").Ports);
        Assert.Equal(["/a", "/b"], One<VolumeInstruction>("VOLUME /a /b").Volumes);
        Assert.Equal(["/a b"], One<VolumeInstruction>("VOLUME [\" /a b \"]").Volumes);
        Assert.Equal("me you <m@e>", One<MaintainerInstruction>("MAINTAINER me you <m@e>").Maintainer);
        Assert.Equal("a:b", One<UserInstruction>("USER a:b").User);
        Assert.Equal("/a b", One<WorkdirInstruction>("WORKDIR /a b").Path);
        Assert.Equal("SIGTERM", One<StopSignalInstruction>("STOPSIGNAL SIGTERM").Signal);
        Assert.Equal(["/bin/sh", "-c"], One<ShellInstruction>("SHELL [\"/bin/sh\", \"-c\"]").Shell);
        Assert.True(One<EntrypointInstruction>("ENTRYPOINT a b").Command.IsShell);
    }

    [Fact]
    public void Parse_Healthcheck_HasItsFlags()
    {
        var check = One<HealthcheckInstruction>("HEALTHCHECK --interval=1m30s --timeout=1.5s --start-period=0 --start-interval=1ms --retries=3 CMD curl -f x");

        Assert.Equal((90_000_000_000, 1_500_000_000, 0, 1_000_000, 3), (check.Interval, check.Timeout, check.StartPeriod, check.StartInterval, check.Retries));
        Assert.Equal(["CMD-SHELL", "curl -f x"], check.Test);
        Assert.Equal(["CMD", "a", "b"], One<HealthcheckInstruction>("HEALTHCHECK cmd [\"a\", \"b\"]").Test);
        Assert.Equal(["NONE"], One<HealthcheckInstruction>("HEALTHCHECK none").Test);
    }

    [Theory]
    [InlineData("HEALTHCHECK TCP 80")]
    [InlineData("HEALTHCHECK CMD")]
    [InlineData("HEALTHCHECK NONE x")]
    [InlineData("HEALTHCHECK --interval=1us CMD a")]
    [InlineData("HEALTHCHECK --interval=-1s CMD a")]
    [InlineData("HEALTHCHECK --timeout=3 CMD a")]
    [InlineData("HEALTHCHECK --timeout=1y CMD a")]
    [InlineData("HEALTHCHECK --timeout=99999999h CMD a")]
    [InlineData("HEALTHCHECK --retries=-1 CMD a")]
    [InlineData("HEALTHCHECK --retries=x CMD a")]
    public void Parse_Healthcheck_WhatCannotBeIsAFault(string instruction) => Assert.Equal("MBK1932", Assert.Single(Parse("FROM a\n" + instruction).Faults).Code);

    [Theory]
    [InlineData("ONBUILD RUN a  b", "RUN a  b")]
    [InlineData("onbuild   copy a \\\n  b", "copy a   b")]
    [InlineData("ONBUILD COPY <<A <<-B /x\n1\nA\n\t2\nB", "COPY <<A <<-B /x\n1\nA\n\t2\nB")]
    public void Parse_Onbuild_KeepsItsInstruction(string instruction, string expression) => Assert.Equal(expression, One<OnbuildInstruction>(instruction).Expression);

    [Theory]
    [InlineData("ONBUILD ONBUILD RUN a")]
    [InlineData("ONBUILD from a")]
    [InlineData("ONBUILD MAINTAINER a")]
    public void Parse_Onbuild_HoldsNoInstructionOfAnImage(string instruction) => AssertFault("FROM a\n" + instruction, "MBK1931", 2, 9);

    [Fact]
    public void ParseTrigger_AnInstruction_IsReadWithItsDocuments()
    {
        var range = new TextRange(7, 1, 7, 9);
        var (instruction, faults) = DockerfileParser.ParseTrigger("COPY <<A /x\n1\nA", range, '\\');

        Assert.Empty(faults);
        var copy = Assert.IsType<CopyInstruction>(instruction);
        Assert.Equal("1\n", Assert.Single(copy.Heredocs).Content);
        Assert.Equal(range, copy.Range);
    }

    [Theory]
    [InlineData("")]
    [InlineData("FROM a")]
    [InlineData("ONBUILD RUN a")]
    [InlineData("RUN a\nRUN b")]
    [InlineData("NONE a")]
    [InlineData("COPY a")]
    public void ParseTrigger_AnythingElse_IsAFaultAtItsPlace(string expression)
    {
        var range = new TextRange(7, 1, 7, 9);

        Assert.Equal(range, Assert.Single(DockerfileParser.ParseTrigger(expression, range, '\\').Faults).Range);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("\n \n", 2)]
    [InlineData("# only\n# comments", 2)]
    [InlineData("ARG a", 1)]
    public void Parse_NoStage_IsAFault(string text, int line) => AssertFault(text, "MBK1921", line, 1);

    [Fact]
    public void Parse_BeforeTheFirstStage_OnlyArgumentsStand() => AssertFault("ARG a\n  RUN x\nFROM a", "MBK1922", 2, 3, "'RUN'");

    [Fact]
    public void Parse_AMisspeltStage_IsOneFault() => AssertFault("FORM a\nRUN x", "MBK1920", 1, 1, "did you mean FROM");

    [Theory]
    [InlineData("COPPY a b", "MBK1920", 1, "unknown instruction: COPPY (did you mean COPY?)")]
    [InlineData("FOO", "MBK1920", 1, "unknown instruction: FOO")]
    [InlineData("COPY --form=b a b", "MBK1923", 6, "unknown flag: --form (did you mean from?)")]
    [InlineData("MAINTAINER --boo a", "MBK1923", 12, "unknown flag: --boo;")]
    [InlineData("COPY a --from=b c\nUSER --x a", "MBK1923", 6, "none")]
    [InlineData("COPY --from a b", "MBK1924", 6, "--from=value")]
    [InlineData("COPY --chown=a --chown=b c d", "MBK1924", 16, "more than once")]
    [InlineData("COPY --link=maybe c d", "MBK1924", 6, "true or false")]
    [InlineData("COPY --link= c d", "MBK1924", 6, "true or false")]
    [InlineData("RUN --network=hots a", "MBK1938", 5, "(did you mean host?)")]
    [InlineData("RUN --security=none a", "MBK1938", 5, "sandbox")]
    [InlineData("RUN --mount=typ=bind a", "MBK1936", 5, "unexpected key 'typ' (did you mean type?)")]
    [InlineData("COPY a", "MBK1925", 1, "destination")]
    [InlineData("ADD", "MBK1925", 1, "sources")]
    [InlineData("COPY a <<E\nE", "MBK1927", 8, "<<E")]
    [InlineData("RUN a <<E\nx", "MBK1927", 7, "'E'")]
    [InlineData("FROM", "MBK1925", 1, "AS")]
    [InlineData("FROM a b", "MBK1925", 1, "AS")]
    [InlineData("FROM a IS b", "MBK1925", 1, "AS")]
    [InlineData("FROM a AS 1b", "MBK1929", 11, "'1b'")]
    [InlineData("ARG =a", "MBK1929", 5, "'=a'")]
    [InlineData("ENV =a", "MBK1929", 5, "'=a'")]
    [InlineData("ENV a=b c", "MBK1930", 9, "'c'")]
    [InlineData("LABEL", "MBK1925", 1, "LABEL")]
    [InlineData("ARG", "MBK1925", 1, "ARG")]
    [InlineData("EXPOSE", "MBK1925", 1, "port")]
    [InlineData("VOLUME []", "MBK1925", 1, "VOLUME")]
    [InlineData("VOLUME [\" \"]", "MBK1925", 1, "empty")]
    [InlineData("WORKDIR", "MBK1925", 1, "path")]
    [InlineData("USER", "MBK1925", 1, "user")]
    [InlineData("STOPSIGNAL", "MBK1925", 1, "signal")]
    [InlineData("MAINTAINER", "MBK1925", 1, "MAINTAINER")]
    [InlineData("ONBUILD", "MBK1925", 1, "ONBUILD")]
    [InlineData("HEALTHCHECK", "MBK1925", 1, "NONE")]
    [InlineData("SHELL sh -c", "MBK1937", 7, "'sh -c'")]
    [InlineData("SHELL []", "MBK1937", 7, "[]")]
    public void Parse_WhatIsWrong_IsToldWithItsPlace(string instruction, string code, int column, string part)
        => AssertFault("FROM a\n" + instruction, code, 2 + (instruction.Contains("\nUSER", StringComparison.Ordinal) ? 1 : 0), column, part);

    [Fact]
    public void Parse_ManyFaults_AreToldAtOnce()
    {
        var parsed = Parse("FROM a\nCOPY \\\n  --frm=x \\\n  --link=2 only\nNOPE\nUSER");

        Assert.Equal(["MBK1925 2:1", "MBK1923 3:3", "MBK1924 4:3", "MBK1920 5:1", "MBK1925 6:1"], parsed.Faults.Select(f => $"{f.Code} {f.Range.Line}:{f.Range.Column}"));
        Assert.Equal(5, Assert.Throws<DockerfileException>(() => parsed.OrThrow()).Faults.Count);
    }

    [Fact]
    public void Parse_LongLines_AreNoFault() => Assert.Equal(100_000, One<EnvInstruction>("ENV A=" + new string('x', 100_000)).Pairs[0].Value.Length);
}
