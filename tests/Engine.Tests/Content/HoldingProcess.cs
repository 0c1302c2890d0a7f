using System.Diagnostics;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Tests.Content;

/// <summary>A second process with a store open: it holds a digest and writes at an ingest, until it is told to end or is killed.</summary>
public sealed class HoldingProcess : IDisposable
{
    private const string Variable = "MSBUILDKIT_TEST_HOLD";

    private readonly Process _process;

    private HoldingProcess(Process process) => _process = process;

    public static async Task<HoldingProcess> StartAsync(string root, Digest digest)
    {
        var start = new ProcessStartInfo(Path.ChangeExtension(typeof(HoldingProcess).Assembly.Location, null)) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(HoldingProcess).Assembly.Location;
        start.Environment[Variable] = $"{digest} {root}";
        var process = Process.Start(start)!;
        var answer = await process.StandardOutput.ReadLineAsync();
        return answer == "holding" ? new HoldingProcess(process) : throw new InvalidOperationException($"The second process said '{answer}'.");
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void End()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    /// <summary>What the second process does instead of running tests.</summary>
    internal static void RunIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable)?.Split(' ', 2) is not [var digest, var root]) return;
        HoldAsync(root, Digest.Parse(digest)).GetAwaiter().GetResult();
        Environment.Exit(0);
    }

    private static async Task HoldAsync(string root, Digest digest)
    {
        await using var store = new LocalContentStore(root);
        store.Retain(digest);
        await using var ingest = store.BeginIngest();
        await ingest.WriteAsync(Encoding.ASCII.GetBytes("half a blob"), default);
        Console.WriteLine("holding");
        await Console.In.ReadToEndAsync();
    }
}
