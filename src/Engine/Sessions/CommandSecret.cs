using System.ComponentModel;
using System.Diagnostics;

namespace MsBuildKit.Engine.Sessions;

/// <summary>A secret that a program prints, such as a password manager. The program is started by itself: no shell reads the words. One line
/// end after what it prints is not part of the secret; what it says on its error output is shown to nobody, for it may say too much.</summary>
/// <param name="words">The program and its arguments; a program without a folder is looked for in <paramref name="searchPath"/>.</param>
/// <param name="workingDirectory">Where it runs, and where a program with a relative folder is. Absolute.</param>
/// <param name="searchPath">The folders of PATH; relative ones are passed over.</param>
public sealed class CommandSecret(IReadOnlyList<string> words, string workingDirectory, IReadOnlyList<string> searchPath) : ISecretSource
{
    /// <inheritdoc />
    public string Place => $"what the command '{words[0]}' prints";

    /// <inheritdoc />
    public async ValueTask<byte[]?> FindAsync(CancellationToken cancellationToken)
    {
        var program = FindProgram() ?? throw SecretBytes.Unusable($"The command '{words[0]}' of a secret is not there. Install it, or write the path of the program.");
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, words.Skip(1))
            {
                WorkingDirectory = workingDirectory, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            })!;
            await using var stop = cancellationToken.Register(() => Stop(process)).ConfigureAwait(false);
            return await ReadAsync(process, cancellationToken).ConfigureAwait(false);
        }
        catch (Win32Exception e)
        {
            throw SecretBytes.Unusable($"The command '{words[0]}' of a secret could not be started: {e.Message.TrimEnd('.')}. Check that it may be run.", e);
        }
    }

    private async Task<byte[]?> ReadAsync(Process process, CancellationToken cancellationToken)
    {
        process.StandardInput.Close();
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        byte[]? secret;
        try
        {
            secret = await SecretBytes.ReadAsync(process.StandardOutput.BaseStream, Place, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Stop(process);
            throw;
        }
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (process.ExitCode != 0) throw SecretBytes.Unusable($"The command '{words[0]}' of a secret failed with exit code {process.ExitCode}. Run it by hand to see what it says.");
        return secret is null ? null : SecretBytes.Bound(WithoutLineEnd(secret), Place);
    }

    private string? FindProgram()
    {
        if (words[0].AsSpan().ContainsAny('/', '\\')) return Path.GetFullPath(words[0], workingDirectory) is var path && File.Exists(path) ? path : null;
        string[] endings = OperatingSystem.IsWindows() ? [".exe", ""] : [""];
        return searchPath.Where(Path.IsPathFullyQualified).SelectMany(folder => endings.Select(ending => Path.Combine(folder, words[0] + ending))).FirstOrDefault(File.Exists);
    }

    private static ReadOnlySpan<byte> WithoutLineEnd(ReadOnlySpan<byte> text) =>
        text.EndsWith("\r\n"u8) ? text[..^2] : text.EndsWith("\n"u8) ? text[..^1] : text;

    private static void Stop(Process process)
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
}
