using MsBuildKit.TestKit;
using MsBuildKit.Tool.Projects;

namespace MsBuildKit.Tool.Tests.Projects;

public sealed class ContextFolderTests : IDisposable
{
    private readonly TempFolder _folder = new("context");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Restored_HasAllThatARestoreReads()
    {
        foreach (var file in new[] { "all/Directory.Packages.props", "all/nuget.config", "all/src/App/App.csproj", "all/src/App/packages.lock.json", "all/src/Lib/Lib.csproj", "all/src/Directory.Build.props" })
            _folder.Write(file, "");
        var context = new ContextFolder([_folder["all/nuget.config"], _folder["all/src/App/App.csproj"], _folder["all/src/Lib/Lib.csproj"]], []);
        Assert.True(context.IsThere);
        Assert.Equal(["Directory.Packages.props", "nuget.config", "src/App/App.csproj", "src/App/packages.lock.json", "src/Directory.Build.props", "src/Lib/Lib.csproj"], context.Restored);
    }

    [Fact]
    public void PathOf_OfAFileElsewhere_IsInTheFolderToo()
    {
        _folder.Write("a/App/App.csproj", "");
        _folder.Write("a/etc/x.json", "");
        Assert.Equal("etc/x.json", new ContextFolder([_folder["a/App/App.csproj"]], [_folder["a/etc/x.json"]]).PathOf(_folder["a/etc/x.json"]));
    }
}
