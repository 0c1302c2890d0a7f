using System.Globalization;

namespace MsBuildKit.Engine.Workers.Rootless.Probing;

/// <summary>What the probe is told of the world outside, so that it can look for it.</summary>
/// <param name="Namespaces">The worker's, by <see cref="Kinds"/>.</param>
/// <param name="Port">Of a server on the host's loopback.</param>
/// <param name="AbstractSocket">The name of a server among the host's abstract sockets.</param>
/// <param name="HostPaths">Folders of the host that no step may see.</param>
internal sealed record ProbeTask(IReadOnlyList<string> Namespaces, int Port, string AbstractSocket, IReadOnlyList<string> HostPaths)
{
    public static readonly string[] Kinds = ["user", "mnt", "pid", "ipc", "uts", "net"];

    public IReadOnlyList<string> ToArguments() => [.. Namespaces, Port.ToString(CultureInfo.InvariantCulture), AbstractSocket, .. HostPaths];

    public static ProbeTask Parse(IReadOnlyList<string> arguments) =>
        new([.. arguments.Take(Kinds.Length)], int.Parse(arguments[Kinds.Length], CultureInfo.InvariantCulture), arguments[Kinds.Length + 1], [.. arguments.Skip(Kinds.Length + 2)]);

    /// <summary>The namespace of a kind that this process is in.</summary>
    public static string NamespaceOf(string kind) => new FileInfo($"/proc/self/ns/{kind}").LinkTarget ?? "";
}
