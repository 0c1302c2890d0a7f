using System.Security.Cryptography;
using System.Text;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Solving;

/// <summary>Derives keys from keys. Each kind has a prefix of its own, so that one can never pass for another.</summary>
internal static class CacheKeys
{
    // Part of every key: raise it when results of the same operations come to differ.
    private const string Version = "msbuildkit-1";

    /// <summary>The key of a vertex by definition: its own and those of the edges it consumes.</summary>
    public static Digest ByDefinition(Digest own, IEnumerable<(Digest Key, int Output)> inputs) =>
        Combine("definition", own, inputs.Select(i => $"{i.Key}/{i.Output}"));

    /// <summary>The key of a vertex by the content of what it consumes.</summary>
    public static Digest ByContent(Digest own, IEnumerable<Digest> contents) =>
        Combine("content", own, contents.Select(c => c.ToString()));

    private static Digest Combine(string kind, Digest own, IEnumerable<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{Version}\n{kind}\n{own}\n"));
        foreach (var part in parts) hash.AppendData(Encoding.UTF8.GetBytes(part + "\n"));
        return Digest.FromSha256(hash.GetHashAndReset());
    }
}
