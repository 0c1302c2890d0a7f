using System.Runtime.InteropServices;

namespace MsBuildKit.Benchmarks.Measuring;

/// <summary>Processor time of all children that ended and were waited for, and of theirs (getrusage(2)).</summary>
internal static partial class ChildUsage
{
    private const int Children = -1;

    public static TimeSpan Read()
    {
        var usage = new Usage();
        if (getrusage(Children, ref usage) != 0) throw new InvalidOperationException("getrusage failed.");
        return usage.User.Span + usage.System.Span;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getrusage(int who, ref Usage usage);

    [StructLayout(LayoutKind.Sequential, Size = 144)]
    private struct Usage
    {
        public TimeValue User, System;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeValue
    {
        public long Seconds, Microseconds;

        public readonly TimeSpan Span => TimeSpan.FromSeconds(Seconds) + TimeSpan.FromMicroseconds(Microseconds);
    }
}
