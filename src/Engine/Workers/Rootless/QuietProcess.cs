using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Starts programs that get nothing of ours: no input, no environment but a search path, and no descriptors but their own.</summary>
internal static class QuietProcess
{
    // The runtime ignores SIGPIPE, and what is ignored stays so in programs that are started: in a step, `yes | head` would not end, and pasta
    // refuses to run. A signal with a handler is reset.
    private static readonly PosixSignalRegistration s_brokenPipe = PosixSignalRegistration.Create((PosixSignal)13, c => c.Cancel = true);

    private const string Shell = "/bin/sh", Search = "/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Starts a program that writes to two files.</summary>
    public static Process Start(string program, IEnumerable<string> arguments, string outputFile, string errorFile) =>
        Start(["-c", """output=$1 error=$2; shift 2; exec "$@" < /dev/null > "$output" 2> "$error" """, Shell, outputFile, errorFile, Full(program), .. arguments], piped: false);

    /// <summary>Starts a program whose output and error come through pipes.</summary>
    public static Process Start(string program, IEnumerable<string> arguments) =>
        Start(["-c", """exec "$@" < /dev/null """, Shell, Full(program), .. arguments], piped: true);

    // The input has to be a file for a step to find it there, and .NET offers pipes only: a shell opens it and becomes the program.
    private static Process Start(IReadOnlyList<string> arguments, bool piped)
    {
        GC.KeepAlive(s_brokenPipe);
        var start = new ProcessStartInfo(Shell, arguments) { RedirectStandardOutput = piped, RedirectStandardError = piped, WorkingDirectory = "/" };
        start.Environment.Clear();
        start.Environment["PATH"] = Search;
        return Process.Start(start) ?? throw StepErrors.Runtime(Shell, "it did not start");
    }

    private static string Full(string program) =>
        Path.IsPathFullyQualified(program) ? program : throw new ArgumentException($"'{program}' is no full path", nameof(program));
}
