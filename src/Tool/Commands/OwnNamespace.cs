using System.CommandLine;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Tool.Commands;

/// <summary>Runs a command over again where the files of images' users can be seen and removed: as root of a user namespace that has their ids.</summary>
internal static class OwnNamespace
{
    private const string Mark = "MSBUILDKIT_IN_NAMESPACE";

    /// <summary>The exit code of the command in there; <c>null</c> when it can do all it has to here: the store has no such files, or this is
    /// root already.</summary>
    public static async Task<int?> TryRunAsync(ToolHost host, string store, ParseResult result, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux() || host.Environment.ContainsKey(Mark) || !StoreInventory.HasTrees(store)) return null;
        if (host.Worker.User.Id == 0) return null;
        var program = host.Worker with
        {
            Command = host.Self,
            WorkingDirectory = host.CurrentDirectory,
            Environment = new Dictionary<string, string> { [Mark] = "1" },
        };
        var inside = await NamespaceProcess.StartAsync(program, [.. result.Tokens.Select(t => t.Value)], cancellationToken).ConfigureAwait(false);
        await using (inside.ConfigureAwait(false))
        {
            using var reader = new StreamReader(inside.Output);
            while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line) host.Output.WriteLine(line);
            var code = await inside.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (inside.Errors.Length > 0) host.Error.WriteLine(inside.Errors);
            return code;
        }
    }
}
