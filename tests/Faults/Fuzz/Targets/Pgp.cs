using System.Text;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>A key pair of the process, and what it signed. The seeds of the tree are of another process's key, which is as good as a stranger's.</summary>
internal static class Pgp
{
    private static readonly HashSet<string> s_signed = new(StringComparer.Ordinal);
    private static readonly PgpKeyPair s_pair = MakePair();

    public static byte[] PublicKey { get; } = MakeRing();

    public static bool WasSigned(string text) => s_signed.Contains(text);

    public static byte[] ClearSign(string text)
    {
        s_signed.Add(text);
        var message = new MemoryStream();
        using (var armor = new ArmoredOutputStream(message))
        {
            armor.BeginClearText(HashAlgorithmTag.Sha512);
            var bytes = Encoding.UTF8.GetBytes(text);
            armor.Write(bytes);
            var generator = new PgpSignatureGenerator(PublicKeyAlgorithmTag.RsaGeneral, HashAlgorithmTag.Sha512);
            generator.InitSign(PgpSignature.CanonicalTextDocument, s_pair.PrivateKey);
            generator.Update(Encoding.UTF8.GetBytes(text.TrimEnd('\n').Replace("\n", "\r\n", StringComparison.Ordinal)));
            armor.EndClearText();
            generator.Generate().Encode(armor);
        }
        return message.ToArray();
    }

    private static PgpKeyPair MakePair()
    {
        var generator = new RsaKeyPairGenerator();
        generator.Init(new RsaKeyGenerationParameters(BigInteger.ValueOf(65537), new SecureRandom(), 2048, 64));
        return new PgpKeyPair(PublicKeyAlgorithmTag.RsaGeneral, generator.GenerateKeyPair(), new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc));
    }

    private static byte[] MakeRing()
    {
        var generator = new PgpKeyRingGenerator(PgpSignature.PositiveCertification, s_pair, "Test <test@example.org>", SymmetricKeyAlgorithmTag.Null, (char[]?)null, false, null, null, new SecureRandom());
        var ring = new MemoryStream();
        generator.GeneratePublicKeyRing().Encode(ring);
        return ring.ToArray();
    }
}
