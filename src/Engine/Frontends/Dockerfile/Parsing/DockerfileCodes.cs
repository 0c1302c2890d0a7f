namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>The codes of what can be wrong in the text of a Dockerfile.</summary>
internal static class DockerfileCodes
{
    internal const string UnknownInstruction = "MBK1920";
    internal const string NoStage = "MBK1921";
    internal const string BeforeFirstStage = "MBK1922";
    internal const string UnknownFlag = "MBK1923";
    internal const string FlagValue = "MBK1924";
    internal const string Arguments = "MBK1925";
    internal const string Directive = "MBK1926";
    internal const string Heredoc = "MBK1927";
    internal const string NotStrings = "MBK1928";
    internal const string Name = "MBK1929";
    internal const string KeyValue = "MBK1930";
    internal const string Trigger = "MBK1931";
    internal const string Healthcheck = "MBK1932";
    internal const string WordTooLarge = "MBK1933";
    internal const string WordSyntax = "MBK1934";
    internal const string VariableRequired = "MBK1935";
    internal const string Mount = "MBK1936";
    internal const string ShellForm = "MBK1937";
    internal const string Choice = "MBK1938";
}
