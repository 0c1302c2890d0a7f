using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Linting;

public sealed class DockerfileLinterTests
{
    [Theory]
    [InlineData("FROM scratch AS Build", "1 StageNameCasing")]
    [InlineData("FROM scratch as build", "1 FromAsCasing")]
    [InlineData("from scratch AS build", "1 FromAsCasing")]
    [InlineData("FROM scratch\nLABEL a=b\\\n\n    c=d", "4 NoEmptyContinuation")]
    [InlineData("FROM scratch\nWORKDIR /\nuser 1", "3 ConsistentInstructionCasing")]
    [InlineData("from scratch\nworkdir /\nUSER 1", "3 ConsistentInstructionCasing")]
    [InlineData("FROM scratch\nUser 1", "2 ConsistentInstructionCasing")]
    [InlineData("FROM scratch AS a\nFROM scratch AS a", "2 DuplicateStageName")]
    [InlineData("FROM scratch AS context", "1 ReservedStageName")]
    [InlineData("FROM scratch AS scratch", "1 ReservedStageName")]
    [InlineData("FROM scratch\nCMD run it", "2 JSONArgsRecommended")]
    [InlineData("FROM scratch\nENTRYPOINT run it", "2 JSONArgsRecommended")]
    [InlineData("FROM scratch\nMAINTAINER me@example.com", "2 MaintainerDeprecated")]
    [InlineData("FROM scratch\nCMD [\"a\"]\nCMD [\"b\"]", "2 MultipleInstructionsDisallowed")]
    [InlineData("FROM scratch\nENTRYPOINT [\"a\"]\nENTRYPOINT [\"b\"]", "2 MultipleInstructionsDisallowed")]
    [InlineData("FROM scratch\nHEALTHCHECK NONE\nHEALTHCHECK CMD [\"b\"]", "2 MultipleInstructionsDisallowed")]
    [InlineData("FROM scratch\nENV a b", "2 LegacyKeyValueFormat")]
    [InlineData("FROM scratch\nLABEL a b", "2 LegacyKeyValueFormat")]
    [InlineData("FROM scratch\nARG DATABASE_PASSWORD", "2 SecretsUsedInArgOrEnv")]
    [InlineData("FROM scratch\nENV api_key=x", "2 SecretsUsedInArgOrEnv")]
    [InlineData("FROM scratch\nENV AUTH=x", "2 SecretsUsedInArgOrEnv")]
    [InlineData("FROM scratch\nEXPOSE 80/TCP", "2 ExposeProtoCasing")]
    [InlineData("FROM scratch\nEXPOSE ${PORT}/Udp", "2 ExposeProtoCasing")]
    [InlineData("FROM scratch\nEXPOSE 8080:80", "2 ExposeInvalidFormat")]
    [InlineData("FROM scratch\nEXPOSE 127.0.0.1:8080:80", "2 ExposeInvalidFormat")]
    [InlineData("FROM scratch\nEXPOSE [::1]::80", "2 ExposeInvalidFormat")]
    public void Check_WhatARuleIsAbout_WarnsOnceThereAndCanBeSkipped(string text, string expected)
    {
        var rule = expected[2..];

        Assert.Equal([expected], Linted.Lines(text));
        Assert.Empty(Linted.Lines($"# check=skip=Other,{rule}\n{text}"));
        Assert.Empty(Linted.Lines($"# check=skip=all\n{text}"));
        Assert.NotEmpty(Linted.Lines($"# check=skip=Other\n{text}"));
    }

    [Theory]
    [InlineData("FROM scratch AS build-1")]
    [InlineData("From scratch As build", "ConsistentInstructionCasing")]
    [InlineData("from scratch as build")]
    [InlineData("FROM scratch\nLABEL a=b\\\n    # between\n    c=d")]
    [InlineData("FROM scratch AS a\nFROM a AS b")]
    [InlineData("FROM scratch AS contexts")]
    [InlineData("FROM scratch\nCMD [\"run\", \"it\"]\nHEALTHCHECK CMD run it")]
    [InlineData("FROM scratch\nSHELL [\"/bin/bash\", \"-c\"]\nCMD run it")]
    [InlineData("FROM scratch AS a\nSHELL [\"/bin/bash\", \"-c\"]\nFROM A\nENTRYPOINT run it")]
    [InlineData("FROM scratch AS a\nCMD [\"a\"]\nFROM a\nCMD [\"b\"]")]
    [InlineData("FROM scratch\nENTRYPOINT [\"a\"]\nCMD [\"b\"]")]
    [InlineData("FROM scratch\nENV a=b c=\"d e\"\nLABEL a=b")]
    [InlineData("FROM scratch\nENV PUBLIC_KEY=x KEYSTONE=y TOKEN_FILE=z AUTHOR=me PASSWORD_VERSION=1 monkey=m")]
    [InlineData("ARG TOKEN\nFROM scratch")]
    [InlineData("FROM scratch\nEXPOSE 80/tcp 90-100/udp ${PORT:-80} 443")]
    [InlineData("# anything\nFROM scratch AS a\n# else\nARG b")]
    public void Check_NothingOfTheKind_SaysNothing(string text, string? but = null) =>
        Assert.Equal(but is null ? [] : [but], Linted.Report(text).Warnings.Select(w => w.Rule.Name));

    [Theory]
    [InlineData("# other\nFROM scratch AS build", true)]
    [InlineData("# build is where it is built\nFROM scratch AS Build", false)]
    [InlineData("FROM scratch\n# other\nARG name", true)]
    [InlineData("FROM scratch\n# name of it\nARG name", false)]
    [InlineData("FROM scratch\n# b of it\nARG a b", false)]
    [InlineData("# other\nARG name\nFROM scratch", true)]
    [InlineData("# other\n\nARG name\nFROM scratch", false)]
    [InlineData("# other\nFROM scratch", false)]
    [InlineData("FROM scratch\n# name of it\n# check=skip=SecretsUsedInArgOrEnv\nARG name", false)]
    [InlineData("FROM scratch\n# other\n# check=skip=InvalidDefinitionDescription\nARG name", false)]
    public void Check_ACommentThatDescribesNothing_WarnsWhenThatIsAskedFor(string text, bool isFound)
    {
        bool Finds(string options) => Linted.Report($"# check={options}\n\n{text}").Warnings.Any(w => w.Rule == LintRules.InvalidDefinitionDescription);

        Assert.Equal(isFound, Finds("experimental=all"));
        Assert.Equal(isFound, Finds("experimental=InvalidDefinitionDescription"));
        Assert.Equal(isFound, Finds("skip=all;experimental=InvalidDefinitionDescription"));
        Assert.False(Finds("experimental=Other"));
        Assert.False(Finds("skip=InvalidDefinitionDescription;experimental=all"));
    }

    [Theory]
    [InlineData("FROM scratch\n# check=skip=JSONArgsRecommended\nCMD run it")]
    [InlineData("FROM scratch\n# check=skip=all\nCMD run it")]
    [InlineData("FROM scratch\n# why not\n# check=skip=Other,JSONArgsRecommended;error=false because I say so\nCMD run it")]
    public void Check_ACommentAboveTheInstruction_SkipsTheRuleForItAlone(string text)
    {
        Assert.Empty(Linted.Lines(text));
        Assert.Equal(["6 JSONArgsRecommended"], Linted.Lines("FROM scratch\n\n\n\n\nENTRYPOINT run it" + text["FROM scratch".Length..]));
    }

    [Fact]
    public void Check_SeveralAtOnce_AreInTheOrderOfTheText()
    {
        const string text = "FROM scratch as A\nENV TOKEN x\nCMD a\nCMD b\nexpose 80/TCP";

        Assert.Equal(
            ["1 FromAsCasing", "1 StageNameCasing", "2 LegacyKeyValueFormat", "2 SecretsUsedInArgOrEnv", "3 JSONArgsRecommended",
                "3 MultipleInstructionsDisallowed", "4 JSONArgsRecommended", "5 ConsistentInstructionCasing", "5 ExposeProtoCasing"],
            Linted.Lines(text));
    }

    [Fact]
    public void Check_StagesThatAreNotBuilt_AreLookedAtAsTextOnly()
    {
        var file = DockerfileParser.Parse("FROM scratch AS Half\nCMD run it\nFROM scratch\nCMD run it", "Dockerfile").OrThrow();
        var report = new LintReport("Dockerfile", null);

        DockerfileLinter.Check(file, report, [file.Stages[1]]);

        Assert.Equal([(1, "StageNameCasing"), (4, "JSONArgsRecommended")], report.Warnings.Select(w => (w.Range.Line, w.Rule.Name)));
    }
}
