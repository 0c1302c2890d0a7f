using Microsoft.Build.Framework;

namespace MsBuildKit.Tasks;

/// <summary>One fault in what the project says.</summary>
/// <param name="Code"><c>MBK10xx</c>, and of builders elsewhere <c>MBK26xx</c>.</param>
/// <param name="Subject">The property or item that is at fault.</param>
/// <param name="Text">What is wrong, which value, what to do next.</param>
public sealed record Problem(string Code, string Subject, string Text)
{
    internal const string Repository = "MBK1001", Registry = "MBK1002", Tag = "MBK1003", Base = "MBK1004", WorkingDirectory = "MBK1005",
        User = "MBK1006", Port = "MBK1007", EnvironmentVariable = "MBK1008", Command = "MBK1009", Format = "MBK1010", Compression = "MBK1011",
        File = "MBK1012", Healthcheck = "MBK1013", Output = "MBK1014", Volume = "MBK1015", StopSignal = "MBK1016", Link = "MBK1017",
        Architecture = "MBK1018", RuntimeIdentifier = "MBK1019", Key = "MBK1020", Epoch = "MBK1021", Path = "MBK1022", Switch = "MBK1029",
        Step = "MBK1032", Script = "MBK1033", Mount = "MBK1034", Secret = "MBK1035", Context = "MBK1036", HostNetwork = "MBK1037",
        Snapshotter = "MBK1038", Runtime = "MBK1039", Dockerfile = "MBK1040", Builder = "MBK2610", BuilderEndpoint = "MBK2611";

    /// <summary>The project or import that the item was defined in, when MSBuild knows.</summary>
    public static string? FileOf(ITaskItem? item) => item?.GetMetadata("DefiningProjectFullPath") is { Length: > 0 } file ? file : null;
}
