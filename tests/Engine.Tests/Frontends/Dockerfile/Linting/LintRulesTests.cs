using MsBuildKit.Engine.Frontends.Dockerfile.Linting;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Linting;

public sealed class LintRulesTests
{
    [Fact]
    public void All_HasEveryRuleOnce()
    {
        Assert.Equal(22, LintRules.All.Count);
        Assert.Equal(22, LintRules.All.Select(r => r.Name).Distinct().Count());
        Assert.Equal([LintRules.InvalidDefinitionDescription], LintRules.All.Where(r => r.IsExperimental));
    }

    [Fact]
    public void All_AreExplainedInTheDocs()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MsBuildKit.sln"))) folder = Path.GetDirectoryName(folder)!;
        var explained = File.ReadLines(Path.Combine(folder, "docs/dockerfile-checks.md"))
            .Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('`')[1]).Where(name => char.IsUpper(name[0]));

        Assert.Equal(LintRules.All.Select(r => r.Name), explained);
    }

    // Where Docker's page is named as the rule is, but for the marks between the words.
    [Fact]
    public void Url_IsOfTheRule()
    {
        foreach (var rule in LintRules.All.Where(r => r.Page is not null))
            Assert.Equal($"https://docs.docker.com/go/dockerfile/rule/{rule.Name.ToLowerInvariant()}/", rule.Url.Replace("-", "", StringComparison.Ordinal));
        Assert.Equal("", LintRules.InvalidBaseImagePlatform.Url);
    }

    [Fact]
    public void Messages_WithASuggestion_OfferIt()
    {
        Assert.Contains("(did you mean $HOME?)", LintMessages.UndefinedVar("HOEM", "HOME"), StringComparison.Ordinal);
        Assert.DoesNotContain("did you mean", LintMessages.UndefinedArgInFrom("HOEM", null), StringComparison.Ordinal);
    }
}
