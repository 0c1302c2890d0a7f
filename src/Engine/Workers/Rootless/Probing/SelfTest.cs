using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Workers.Rootless.Probing;

/// <summary>Runs the probe as a step, with servers outside for it to look for; in a worker.</summary>
/// <param name="runner">Runs it as it runs any other step.</param>
/// <param name="folder">An empty folder that every id can get to.</param>
[SupportedOSPlatform("linux")]
internal sealed class SelfTest(StepRunner runner, string folder)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>One result for each thing that must hold.</summary>
    /// <param name="network">That the step gets.</param>
    /// <param name="hostPaths">Folders that it may not see.</param>
    /// <param name="cancellationToken">Ends the step.</param>
    public async Task<IReadOnlyList<AssertionResult>> RunAsync(NetMode network, IReadOnlyList<string> hostPaths, CancellationToken cancellationToken)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        using var abstractServer = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        // Others may test themselves at the same time, and these names are the machine's.
        var name = "msbuildkit-" + Path.GetRandomFileName();
        abstractServer.Bind(new UnixDomainSocketEndPoint('\0' + name));
        abstractServer.Listen();

        var task = new ProbeTask([.. ProbeTask.Kinds.Select(ProbeTask.NamespaceOf)], ((IPEndPoint)server.LocalEndpoint).Port, name, hostPaths);
        var said = new Said();
        await runner.RunAsync(MachineTree.Make(folder, [.. MachineTree.Command, SandboxProbe.Mode, .. task.ToArguments()]) with { Network = network, Limits = new StepLimits { Time = s_patience } }, said, cancellationToken).ConfigureAwait(false);
        var results = said.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => AssertionResult.OfLine(l) ?? new(l, AssertionOutcome.Fails, "said by the step")).ToList();
        return [.. SandboxProbe.Names.Select(n => results.FirstOrDefault(r => r.Name == n) ?? new AssertionResult(n, AssertionOutcome.Fails, "the probe ended before it")), .. results.Where(r => !SandboxProbe.Names.Contains(r.Name))];
    }

    private sealed class Said : IStepOutput
    {
        private readonly MemoryStream _bytes = new();

        public string Text => Encoding.UTF8.GetString(_bytes.GetBuffer(), 0, (int)_bytes.Length);

        public ValueTask WriteAsync(StepStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => _bytes.WriteAsync(bytes, cancellationToken);
    }
}
