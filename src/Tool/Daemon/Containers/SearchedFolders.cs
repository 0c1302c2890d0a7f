using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Tool.Daemon.Containers;

/// <summary>Where a process looks for programs when its caller does not say: as BuildKit has it, that is what is usual on the system that the container is for.</summary>
internal static class SearchedFolders
{
    private const string Windows = "windows", Name = "PATH=", OfWindows = @"c:\Windows\System32;c:\Windows;C:\Windows\System32\WindowsPowerShell\v1.0";

    /// <summary>The process with them. What is usual on Linux, the sandbox adds itself.</summary>
    public static Meta Complete(Meta? process, string system)
    {
        var completed = process?.Clone() ?? new Meta();
        if (system == Windows && !completed.Env.Any(v => v.StartsWith(Name, StringComparison.Ordinal))) completed.Env.Add(Name + OfWindows);
        return completed;
    }
}
