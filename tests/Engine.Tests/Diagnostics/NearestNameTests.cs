using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Tests.Diagnostics;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("biuld", "build")]
    [InlineData("buil", "build")]
    [InlineData("builds", "build")]
    [InlineData("finall", "final")]
    public void Find_ATypingError_FindsTheNearest(string name, string expected) =>
        Assert.Equal(expected, NearestName.Find(name, ["test", "final", "build"]));

    [Theory]
    [InlineData("")]
    [InlineData("publish")]
    [InlineData("ab")]
    public void Find_NothingNear_IsNull(string name) => Assert.Null(NearestName.Find(name, ["test", "final", "cd"]));

    [Fact]
    public void Find_TheNameItself_IsNullThoughAnotherIsNear() => Assert.Null(NearestName.Find("build", ["builds", "build"]));

    [Fact]
    public void Find_SeveralAsNear_IsTheFirst() => Assert.Equal("cat", NearestName.Find("at", ["cat", "bat"]));

    [Fact]
    public void Find_AnotherCase_CountsUnlessItIsIgnored()
    {
        Assert.Equal("Foo", NearestName.Find("foo", ["Foo"]));
        Assert.Null(NearestName.Find("foo", ["FOO"]));
        Assert.Equal("FOO", NearestName.Find("foo", ["fop", "FOO"], ignoreCase: true));
        Assert.Equal("ENTRYPOINT", NearestName.Find("entrypont", ["ENV", "ENTRYPOINT"], ignoreCase: true));
    }

    [Fact]
    public void Find_AHugeName_IsNull() => Assert.Null(NearestName.Find(new string('a', 300), [new string('a', 299)]));

    [Fact]
    public void Suggest_OffersTheNameInBrackets()
    {
        Assert.Equal(" (did you mean build?)", NearestName.Suggest("biuld", ["build"]));
        Assert.Equal("", NearestName.Suggest("x", ["build"]));
    }
}
