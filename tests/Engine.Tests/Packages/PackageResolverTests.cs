using MsBuildKit.Engine.Packages;

namespace MsBuildKit.Engine.Tests.Packages;

public sealed class PackageResolverTests
{
    [Fact]
    public void Resolve_AlternativesAndCycles_TakesTheFirstThatIsThere() =>
        Assert.Equal(["a", "c", "d"], Names([P("a", "1", "b | c"), P("c", "1", "d"), P("d", "1", "a")], "a"));

    [Fact]
    public void Resolve_AlternativeChosenAlready_IsKept() =>
        Assert.Equal(["a", "c"], Names([P("a", "1", "b | c"), P("b", "1"), P("c", "1")], "a", "c"));

    [Fact]
    public void Resolve_VersionedVirtual_NeedsAVersionedProvider() =>
        Assert.Equal(["a", "q"], Names([P("a", "1", "v (>= 2)"), P("p", "1", provides: "v"), P("q", "1", provides: "v (= 2)")], "a"));

    [Fact]
    public void Resolve_Pin_TakesThatVersion()
    {
        var index = new PackageIndex([P("a", "1"), P("a", "2")]);
        Assert.Equal("1", Assert.Single(new PackageResolver(index).Resolve(["a=1"])).Version);
        Assert.Equal("2", Assert.Single(new PackageResolver(index).Resolve(["a"])).Version);
    }

    [Fact]
    public void Resolve_NothingSatisfies_NamesTheChain()
    {
        var e = Assert.Throws<PackageException>(() => Names([P("a", "1", "b"), P("b", "1", "c (>= 5)"), P("c", "4")], "a"));
        Assert.Equal("MBK1607", e.Code);
        Assert.Contains("'b', needed by 'a'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_Conflict_NamesBoth()
    {
        var e = Assert.Throws<PackageException>(() => Names([P("a", "1"), P("b", "1", conflicts: "a (<< 2)")], "a", "b"));
        Assert.Equal("MBK1608", e.Code);
    }

    private static IEnumerable<string> Names(IEnumerable<IndexedPackage> packages, params string[] wanted) =>
        new PackageResolver(new PackageIndex(packages)).Resolve(wanted).Select(p => p.Name);

    private static IndexedPackage P(string name, string version, string? depends = null, string? provides = null, string? conflicts = null) => new()
    {
        Name = name, Version = version, Architecture = "amd64", Depends = Relation.Parse(depends),
        Provides = [.. Relation.Parse(provides).SelectMany(g => g)], Conflicts = [.. Relation.Parse(conflicts).SelectMany(g => g)],
    };
}
