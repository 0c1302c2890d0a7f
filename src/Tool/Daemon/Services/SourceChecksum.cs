using System.Security.Cryptography;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Protocol.Gateway;

namespace MsBuildKit.Tool.Daemon.Services;

/// <summary>Digests of a file with something behind it, which is what signatures are made of.</summary>
internal static class SourceChecksum
{
    private const int MostSuffix = 4096;

    private static readonly HashAlgorithmName[] s_algorithms = [HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512];

    /// <summary>Throws MBK2507 for what cannot be computed.</summary>
    public static void Check(ChecksumRequest request)
    {
        if (request.Suffix.Length > MostSuffix) throw Bad($"http checksum request suffix exceeds max size {MostSuffix}");
        if (request.Algo < 0 || request.Algo >= s_algorithms.Length) throw Bad($"unsupported checksum algorithm {request.Algo}");
    }

    /// <summary>The digest.</summary>
    public static async Task<ChecksumResponse> ComputeAsync(Stream content, ChecksumRequest request, CancellationToken cancellationToken)
    {
        var algorithm = s_algorithms[request.Algo];
        using var hash = IncrementalHash.CreateHash(algorithm);
        var buffer = new byte[1 << 16];
        for (int read; (read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;) hash.AppendData(buffer, 0, read);
        hash.AppendData(request.Suffix.Span);
        return new ChecksumResponse { Digest = $"{algorithm.Name!.ToLowerInvariant()}:{Convert.ToHexStringLower(hash.GetHashAndReset())}", Suffix = request.Suffix };
    }

    private static DaemonException Bad(string what) => new(DaemonException.BadRequest, ErrorKind.Invalid, $"{what}: ask for another");
}
