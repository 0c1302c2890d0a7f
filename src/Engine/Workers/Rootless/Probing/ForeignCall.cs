using System.Globalization;
using System.Runtime.Versioning;

namespace MsBuildKit.Engine.Workers.Rootless.Probing;

/// <summary>Makes a call of another architecture, which a filter answers by ending the thread that makes it, or its whole process.</summary>
[SupportedOSPlatform("linux")]
internal static class ForeignCall
{
    /// <summary>The exit code when the thread is gone, and that of a process which was ended (SIGSYS).</summary>
    public const int Ended = 3, EndedAll = 128 + 31;

    /// <summary>Makes it, and answers the exit code: 0 when it came back.</summary>
    public static int Try(Action call)
    {
        var number = 0;
        var isBack = false;
        var thread = new Thread(() =>
        {
            Volatile.Write(ref number, ProbeCalls.gettid());
            call();
            Volatile.Write(ref isBack, true);
        })
        { IsBackground = true };
        thread.Start();
        // The framework never hears of the end of such a thread.
        while (!Volatile.Read(ref isBack) && (Volatile.Read(ref number) == 0 || Directory.Exists($"/proc/self/task/{number.ToString(CultureInfo.InvariantCulture)}"))) Thread.Sleep(1);
        return Volatile.Read(ref isBack) ? 0 : Ended;
    }
}
