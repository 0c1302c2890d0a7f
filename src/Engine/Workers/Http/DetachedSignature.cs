using System.Buffers;
using System.Text;
using MsBuildKit.Engine.Diagnostics;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Security;

namespace MsBuildKit.Engine.Workers.Http;

/// <summary>A signature that lies beside what it signs (RFC 9580, 10.4), in armor.</summary>
internal static class DetachedSignature
{
    private const string BeginKeys = "-----BEGIN PGP ";
    private const int BufferSize = 1 << 16, FewestBitsOfRsa = 2048;

    // Clocks differ.
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Returns when one of the keys made the signature of the content; throws MBK2032.</summary>
    /// <param name="signature">In armor.</param>
    /// <param name="keys">One block in armor or several, one after the other.</param>
    /// <param name="content">What is signed.</param>
    /// <param name="now">What time it is.</param>
    /// <param name="name">What is signed, for people.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task RequireAsync(string signature, string keys, Stream content, DateTimeOffset now, string name, CancellationToken cancellationToken)
    {
        var made = Read(signature, name);
        if (made.HashAlgorithm is not (HashAlgorithmTag.Sha256 or HashAlgorithmTag.Sha384 or HashAlgorithmTag.Sha512)) throw Untrusted(name, $"it uses the weak digest {made.HashAlgorithm}");
        if (made.SignatureType != PgpSignature.BinaryDocument) throw Untrusted(name, "it is none of a file");
        if (made.CreationTime > now.UtcDateTime + s_tolerance) throw Untrusted(name, "it was made in the future");
        if (KeyOf(made, keys, name) is not { } key) throw Untrusted(name, $"the key {made.KeyId:X16} that made it is none of those that may");
        if (!await IsGoodAsync(made, key, content, cancellationToken).ConfigureAwait(false)) throw Untrusted(name, "the file is not what was signed");
    }

    private static PgpSignature Read(string armor, string name) => Parse(name, "it cannot be read", () =>
    {
        using var decoded = PgpUtilities.GetDecoderStream(new MemoryStream(Encoding.UTF8.GetBytes(armor)));
        var factory = new PgpObjectFactory(decoded);
        while (factory.NextPgpObject() is { } item)
            if (item is PgpSignatureList { Count: > 0 } list) return list[0];
        return null;
    }) ?? throw Untrusted(name, "it is none");

    // Only who may sign at all, and could when it was done.
    private static PgpPublicKey? KeyOf(PgpSignature made, string keys, string name) => Parse(name, "the keys cannot be read", () =>
    {
        foreach (var block in keys.Split(BeginKeys).Skip(1))
        {
            using var decoded = PgpUtilities.GetDecoderStream(new MemoryStream(Encoding.UTF8.GetBytes(BeginKeys + block)));
            foreach (var ring in new PgpPublicKeyRingBundle(decoded).GetKeyRings())
                if (ring.GetPublicKey(made.KeyId) is { } key && IsUsable(ring.GetPublicKey(), made.CreationTime) && IsUsable(key, made.CreationTime)) return key;
        }
        return null;
    });

    private static bool IsUsable(PgpPublicKey key, DateTime time)
    {
        var seconds = key.GetValidSeconds();
        var isWeak = key.Algorithm is PublicKeyAlgorithmTag.RsaGeneral or PublicKeyAlgorithmTag.RsaSign && key.BitStrength < FewestBitsOfRsa;
        return !isWeak && !key.HasRevocation() && key.CreationTime <= time && (seconds == 0 || time <= key.CreationTime.AddSeconds(seconds));
    }

    private static async Task<bool> IsGoodAsync(PgpSignature made, PgpPublicKey key, Stream content, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            made.InitVerify(key);
            for (int read; (read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;) made.Update(buffer, 0, read);
            return made.Verify();
        }
        catch (Exception e) when (e is PgpException or GeneralSecurityException or ArgumentException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static T? Parse<T>(string name, string why, Func<T?> read) where T : class
    {
        try
        {
            return read();
        }
        // The library has many ways to say that something is neither key nor signature.
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw Untrusted(name, why, e);
        }
    }

    private static WorkerException Untrusted(string name, string why, Exception? inner = null) => new(WorkerException.WrongSignature, ErrorKind.FailedPrecondition,
        $"failed to verify pgp signature of '{name}': {why}. Compare file and keys with what their author published.", inner);
}
