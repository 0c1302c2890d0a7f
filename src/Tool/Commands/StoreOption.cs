using System.CommandLine;
using MsBuildKit.Engine.Content;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>--store</c>, which every command takes.</summary>
internal sealed class StoreOption(ToolHost host)
{
    public Option<string?> Option { get; } = new("--store")
    {
        Description = "The store: what a project sets as ContainerCacheDirectory. Default: MSBUILDKIT_CACHE, else a folder below your cache folder.",
        HelpName = "DIR",
        Recursive = true,
    };

    /// <summary>The store's absolute path.</summary>
    public string PathOf(ParseResult result) =>
        Path.GetFullPath(result.GetValue(Option) ?? StoreLocation.Default(host.Environment), host.CurrentDirectory);
}
