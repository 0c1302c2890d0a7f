using System.Text;
using MsBuildKit.Engine.Diagnostics;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace MsBuildKit.Engine.Packages;

/// <summary>Reads a clear-signed message (RFC 9580, 7): only what is covered by a good signature of a known key comes out.</summary>
internal static class ClearSigned
{
    private const string Begin = "-----BEGIN PGP SIGNED MESSAGE-----";
    private const string BeginSignature = "-----BEGIN PGP SIGNATURE-----";
    private const string EndSignature = "-----END PGP SIGNATURE-----";

    /// <summary>The signed text; throws MBK1604.</summary>
    public static string Verify(byte[] message, Keyring keyring, string name)
    {
        var lines = Encoding.UTF8.GetString(message).Split('\n').Select(l => l.TrimEnd('\r')).ToList();
        while (lines.Count > 0 && lines[^1].Length == 0) lines.RemoveAt(lines.Count - 1);
        var signature = lines.IndexOf(BeginSignature);
        var empty = lines.IndexOf("");
        // Text outside the signature could be taken for signed text: there must be none.
        if (lines.Count == 0 || lines[0] != Begin || signature < 0 || empty < 0 || empty > signature
            || lines[^1] != EndSignature || lines.IndexOf(EndSignature) != lines.Count - 1)
            throw Untrusted(name, "it is not a clear-signed message");
        var body = lines[(empty + 1)..signature].Select(l => l.StartsWith("- ", StringComparison.Ordinal) ? l[2..] : l).ToList();
        var signed = Encoding.UTF8.GetBytes(string.Join("\r\n", body.Select(l => l.TrimEnd(' ', '\t'))));
        RequireGood(Signatures(string.Join('\n', lines[signature..]) + "\n", name), signed, keyring, name);
        return string.Join('\n', body) + "\n";
    }

    private static void RequireGood(IReadOnlyList<PgpSignature> signatures, byte[] signed, Keyring keyring, string name)
    {
        var why = "it holds no signature";
        foreach (var signature in signatures)
        {
            if (signature.HashAlgorithm is not (HashAlgorithmTag.Sha256 or HashAlgorithmTag.Sha384 or HashAlgorithmTag.Sha512))
            {
                why = $"its signature uses the weak digest {signature.HashAlgorithm}";
                continue;
            }
            if (signature.SignatureType is not (PgpSignature.CanonicalTextDocument or PgpSignature.BinaryDocument)) continue;
            if (keyring.Find(signature.KeyId, signature.CreationTime) is not { } key)
            {
                why = $"the key {signature.KeyId:X16} that signed it is not a valid key of the keyring";
                continue;
            }
            if (IsGood(signature, key, signed)) return;
            throw Untrusted(name, "its signature is wrong: the file was changed");
        }
        throw Untrusted(name, why);
    }

    private static bool IsGood(PgpSignature signature, PgpPublicKey key, byte[] signed)
    {
        try
        {
            signature.InitVerify(key);
            signature.Update(signed);
            return signature.Verify();
        }
        catch (PgpException)
        {
            return false;
        }
    }

    private static List<PgpSignature> Signatures(string armor, string name)
    {
        try
        {
            using var decoded = PgpUtilities.GetDecoderStream(new MemoryStream(Encoding.ASCII.GetBytes(armor)));
            var factory = new PgpObjectFactory(decoded);
            var found = new List<PgpSignature>();
            while (factory.NextPgpObject() is { } item)
                if (item is PgpSignatureList list)
                    for (var i = 0; i < list.Count; i++) found.Add(list[i]);
            return found;
        }
        // The library has many ways to say that something is no signature.
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw Untrusted(name, "its signature cannot be read", e);
        }
    }

    private static PackageException Untrusted(string name, string why, Exception? inner = null) => new(PackageException.Untrusted, ErrorKind.FailedPrecondition,
        $"The release file of '{name}' is not trusted: {why}. Use another mirror, or set ContainerPackageKeyring to the keyring of its archive.", inner);
}
