using System.Diagnostics;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Starts programs that get nothing of ours: no input, no environment but a search path, and no descriptors but their own.</summary>
internal static class QuietProcess
{
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
        var start = new ProcessStartInfo(Shell, arguments) { RedirectStandardOutput = piped, RedirectStandardError = piped, WorkingDirectory = "/" };
        start.Environment.Clear();
        start.Environment["PATH"] = Search;
        return Process.Start(start) ?? throw StepErrors.Runtime(Shell, "it did not start");
    }

    private static string Full(string program) =>
        Path.IsPathFullyQualified(program) ? program : throw new ArgumentException($"'{program}' is no full path", nameof(program));
}
