using System.ComponentModel;
using System.Diagnostics;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Exporters;

/// <summary>Loads images into Docker or Podman through their own programs.</summary>
/// <param name="searchPath">The folders of PATH, absolute ones; relative entries are passed over, for they mean another place each time.</param>
public sealed class LocalEngineLoader(IReadOnlyList<string> searchPath)
{
    private static readonly string[] s_engines = ["Docker", "Podman"];

    /// <summary>The engine that answers, Docker before Podman, or <c>null</c>.</summary>
    public async Task<string?> FindAsync(CancellationToken cancellationToken)
    {
        foreach (var engine in s_engines)
            if (FindProgram(engine) is { } program && await AnswersAsync(program, cancellationToken).ConfigureAwait(false))
                return engine;
        return null;
    }

    /// <summary>Streams a Docker archive into <paramref name="engine"/>'s <c>load</c>. Throws MBK2203 when it is not there, MBK2204 when it refuses.</summary>
    public async Task LoadAsync(string engine, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        var program = FindProgram(engine) ?? throw new ExportException(ExportException.NoLocalEngine, ErrorKind.NotFound,
            $"'{engine}' is not on PATH. Install it, or set ContainerArchiveOutputPath or ContainerRegistry instead.");
        using var process = Start(program, "load");
        await using var stop = cancellationToken.Register(() => Kill(process)).ConfigureAwait(false);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        try
        {
            await write(process.StandardInput.BaseStream, cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It stopped listening: what it says of that is the better error.
        }
        catch
        {
            Kill(process);
            // Who is killed takes a moment to be gone, and a build that has ended leaves nobody behind.
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (process.ExitCode != 0)
            throw new ExportException(ExportException.LocalEngineFailed, ErrorKind.Unavailable,
                $"'{engine}' could not load the image: {Shorten((await error.ConfigureAwait(false) + await output.ConfigureAwait(false)).Trim())}. Check that it runs ('{engine.ToLowerInvariant()} info').");
    }

    /// <summary>What <paramref name="engine"/> calls the image of a name, or <c>null</c> when it has none or does not answer.</summary>
    public async Task<string?> FindImageAsync(string engine, string name, CancellationToken cancellationToken)
    {
        if (FindProgram(engine) is not { } program) return null;
        var (exitCode, output) = await AskAsync(program, ["image", "inspect", "--format", "{{.Id}}", name], cancellationToken).ConfigureAwait(false);
        return exitCode == 0 ? output.Trim() : null;
    }

    private static async Task<bool> AnswersAsync(string program, CancellationToken cancellationToken)
    {
        try
        {
            return (await AskAsync(program, ["info"], cancellationToken).ConfigureAwait(false)).ExitCode == 0;
        }
        catch (ExportException)
        {
            // A program that cannot be run does not answer.
            return false;
        }
    }

    private static async Task<(int ExitCode, string Output)> AskAsync(string program, string[] question, CancellationToken cancellationToken)
    {
        using var process = Start(program, question);
        await using var stop = cancellationToken.Register(() => Kill(process)).ConfigureAwait(false);
        process.StandardInput.Close();
        _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None).ConfigureAwait(false);
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return (process.ExitCode, output);
    }

    private static Process Start(string program, params string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            })!;
        }
        catch (Win32Exception e)
        {
            throw new ExportException(ExportException.LocalEngineFailed, ErrorKind.Unavailable, $"'{program}' could not be started: {e.Message.TrimEnd('.')}. Check that it may be run.", e);
        }
    }

    private string? FindProgram(string engine)
    {
        var name = engine.ToLowerInvariant() + (OperatingSystem.IsWindows() ? ".exe" : "");
        return searchPath.Where(Path.IsPathFullyQualified).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself.
        }
    }

    private static string Shorten(string text) => (text.Length <= 400 ? text : "..." + text[^400..]).TrimEnd('.').Replace('\n', ' ');
}
