using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MsBuildKit.Engine.Workers.Remote;

namespace MsBuildKit.Tool.Remote;

/// <summary>Which builder comes first for whom: the same project finds the same one each time, where its cache is warm.</summary>
/// <remarks>Each builder draws a number for each project, and the highest wins. Without one builder only its own projects move, to the next each, and they
/// come back with it.</remarks>
internal static class EndpointOrder
{
    /// <summary>All of them, the one to use first in front.</summary>
    /// <param name="endpoints">Any order.</param>
    /// <param name="key">The project.</param>
    public static IReadOnlyList<BuilderEndpoint> Of(IReadOnlyList<BuilderEndpoint> endpoints, string key) =>
        [.. endpoints.OrderByDescending(e => Draw(e.Text, key)).ThenBy(e => e.Text, StringComparer.Ordinal)];

    private static ulong Draw(string endpoint, string key) => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{endpoint}\0{key}")));
}
