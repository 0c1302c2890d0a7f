using System.CommandLine;
using System.CommandLine.Parsing;
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
    public string PathOf(ParseResult result) => PathOf(result.CommandResult);

    /// <summary>The same, while the command line is still being read.</summary>
    public string PathOf(SymbolResult result) =>
        Path.GetFullPath(result.GetValue(Option) ?? StoreLocation.Default(host.Environment), host.CurrentDirectory);
}
