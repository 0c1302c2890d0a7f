using System.Diagnostics;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Starts programs that get nothing of ours: no input, no environment but a search path, no ignored signals, and no descriptors but
/// their own.</summary>
internal static class QuietProgram
{
    // .NET ignores SIGPIPE, and what is ignored stays so in programs that are started: in a step `yes | head` would complain, and pasta refuses
    // to run. What has a handler is reset.
    private static readonly Lazy<bool> s_brokenPipe = new(ProcessCalls.HandleBrokenPipe);

    private const string Shell = "/bin/sh", Search = "/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Starts a program whose output comes through a pipe, and its error into a file.</summary>
    public static Process Start(string program, IEnumerable<string> arguments, string errorFile) =>
        StartShell(Shell, ["-c", """error=$1; shift; exec "$@" < /dev/null 2> "$error" """, Shell, errorFile, Full(program), .. arguments], errorPiped: false);

    /// <summary>Starts a program whose output and error come through pipes.</summary>
    public static Process Start(string program, IEnumerable<string> arguments) =>
        StartShell(Shell, ["-c", """exec "$@" < /dev/null """, Shell, Full(program), .. arguments], errorPiped: true);

    /// <summary>Starts a program whose input, output and error come through pipes.</summary>
    public static Process StartPiped(string program, IEnumerable<string> arguments)
    {
        var path = Full(program);
        return Start(new ProcessStartInfo(path, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true });
    }

    /// <summary>Starts a program on a terminal.</summary>
    public static Process StartOn(string terminal, string program, IEnumerable<string> arguments) =>
        StartAttached(Shell, ["-c", """terminal=$1; shift; exec "$@" < "$terminal" > "$terminal" 2>&1""", Shell, terminal, Full(program), .. arguments]);

    /// <summary>Starts a program whose output nobody reads. Throws <see cref="System.ComponentModel.Win32Exception"/> when the kernel does not run it.</summary>
    public static Process StartAlone(string program)
    {
        var path = Full(program);
        var process = Start(new ProcessStartInfo(path) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true });
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Starts a program that has our input, output and error.</summary>
    public static Process StartAttached(string program, IEnumerable<string> arguments)
    {
        var path = Full(program);
        return Start(new ProcessStartInfo(path, arguments));
    }

    // The input has to be a file for a step to find it there, and .NET offers pipes only: a shell opens it and becomes the program.
    private static Process StartShell(string shell, IReadOnlyList<string> arguments, bool errorPiped) =>
        Start(new ProcessStartInfo(shell, arguments) { RedirectStandardOutput = true, RedirectStandardError = errorPiped });

    private static Process Start(ProcessStartInfo start)
    {
        _ = s_brokenPipe.Value;
        start.WorkingDirectory = "/";
        start.Environment.Clear();
        start.Environment["PATH"] = Search;
        return Process.Start(start) ?? throw StepErrors.Runtime(start.FileName, "it did not start");
    }

    private static string Full(string program) =>
        Path.IsPathFullyQualified(program) ? program : throw new ArgumentException($"'{program}' is no full path", nameof(program));
}
