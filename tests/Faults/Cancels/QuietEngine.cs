using System.Collections;
using Microsoft.Build.Framework;

namespace MsBuildKit.Faults.Cancels;

/// <summary>MSBuild's side of a task; it remembers errors only.</summary>
internal sealed class QuietEngine : IBuildEngine
{
    private readonly List<string> _errors = [];

    /// <summary>Codes, and the words of those that should not be.</summary>
    public IReadOnlyList<string> Errors => [.. _errors];

    public bool ContinueOnError => false;

    public int LineNumberOfTaskNode => 0;

    public int ColumnNumberOfTaskNode => 0;

    public string ProjectFileOfTaskNode => "";

    public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs) => throw new NotSupportedException();

    public void LogErrorEvent(BuildErrorEventArgs e) => _errors.Add(e.Code == "MBK1024" ? e.Code : $"{e.Code}: {e.Message}");

    public void LogCustomEvent(CustomBuildEventArgs e)
    {
    }

    public void LogMessageEvent(BuildMessageEventArgs e)
    {
    }

    public void LogWarningEvent(BuildWarningEventArgs e)
    {
    }
}
