using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using MsBuildKit.Tool.Daemon;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>serve</c>: BuildKit's API, for its clients.</summary>
internal static class ServeCommand
{
    public static Command Create(ToolHost host, StoreOption store)
    {
        var address = new Option<string[]>("--addr") { Description = "Where to listen: unix:///path or tcp://host:port. May be given several times.", HelpName = "ADDRESS" };
        var command = new Command("serve", "Serve BuildKit's API to buildctl, docker buildx and others, as buildkitd does, without root.") { address };
        command.SetAction(async (result, cancellationToken) =>
        {
            var options = new DaemonOptions { Store = store.PathOf(result), Listen = [.. (result.GetValue(address) ?? []).Select(Parse)], Parallelism = host.Cores };
            await new DaemonServer(host, options).RunAsync(cancellationToken).ConfigureAwait(false);
            return ExitCodes.Success;
        });
        return command;
    }

    private static EndPoint Parse(string text)
    {
        var uri = new Uri(text);
        return uri.Scheme == "unix" ? new UnixDomainSocketEndPoint(uri.LocalPath) : new IPEndPoint(IPAddress.Parse(uri.Host), uri.Port);
    }
}
