using System.Text;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;

namespace MsBuildKit.Engine.Tests.Workers.Http;

/// <summary>Somebody with an OpenPGP key made for the occasion.</summary>
internal sealed class TestSigner
{
    // Before the clocks of tests.
    private static readonly DateTime s_made = new(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly PgpKeyPair _pair;

    public TestSigner(int bits = 2048, TimeSpan? lasts = null)
    {
        var random = new SecureRandom();
        var generator = new RsaKeyPairGenerator();
        generator.Init(new RsaKeyGenerationParameters(BigInteger.ValueOf(65537), random, bits, 25));
        _pair = new PgpKeyPair(PublicKeyAlgorithmTag.RsaGeneral, generator.GenerateKeyPair(), s_made);
        var says = new PgpSignatureSubpacketGenerator();
        if (lasts is { } time) says.SetKeyExpirationTime(true, (long)time.TotalSeconds);
        var key = new PgpSecretKey(PgpSignature.DefaultCertification, _pair, "test", SymmetricKeyAlgorithmTag.Null, (char[])[], useSha1: true, says.Generate(), null, random);
        Keys = Armored(key.PublicKey.Encode);
    }

    /// <summary>The public key, in armor.</summary>
    public string Keys { get; }

    /// <summary>A signature, in armor.</summary>
    public string Sign(byte[] content, HashAlgorithmTag hash = HashAlgorithmTag.Sha256, int type = PgpSignature.BinaryDocument, DateTime? at = null)
    {
        var signer = new PgpSignatureGenerator(_pair.PublicKey.Algorithm, hash);
        signer.InitSign(type, _pair.PrivateKey);
        var says = new PgpSignatureSubpacketGenerator();
        says.SetSignatureCreationTime(false, at ?? s_made.AddDays(1));
        signer.SetHashedSubpackets(says.Generate());
        signer.Update(content);
        return Armored(signer.Generate().Encode);
    }

    private static string Armored(Action<Stream> write)
    {
        var text = new MemoryStream();
        using (var armor = new ArmoredOutputStream(text)) write(armor);
        return Encoding.ASCII.GetString(text.ToArray());
    }
}
