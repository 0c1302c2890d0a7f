using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool;

/// <summary>A command was given something that it cannot use.</summary>
internal sealed class ToolException(string code, ErrorKind kind, string message, Exception? inner = null) : BuildException(code, kind, message, inner)
{
    internal const string CannotWrite = "MBK2300";
    internal const string NoDockerfile = "MBK2301";
    internal const string NoContext = "MBK2302";
    internal const string NoEngine = "MBK2303";
    internal const string Unforeseen = "MBK2304";
    internal const string ProjectUnreadable = "MBK2305";
    internal const string NoRecipe = "MBK2306";
    internal const string OutOfReach = "MBK2307";
    internal const string NothingThere = "MBK2401";
    internal const string NoDefinition = "MBK2402";
}
