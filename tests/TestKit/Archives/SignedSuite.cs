using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Packages;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;

namespace MsBuildKit.TestKit.Archives;

/// <summary>A suite of one index, signed with a key made for the occasion: what is wrong with the index is then all that is wrong.</summary>
public static class SignedSuite
{
    /// <summary>Serves the suite from <paramref name="bed"/>; returns a request for <see cref="Deb.Name"/> from it.</summary>
    /// <param name="index">The file that is served.</param>
    /// <param name="name">Its name, such as <c>Packages.xz</c>.</param>
    /// <param name="promises">What else the release file says of files: names with their bytes' digest and length.</param>
    public static CompositionRequest Serve(PackageBed bed, string folder, byte[] index, string name, params (string Name, string Sha256, long Size)[] promises)
    {
        var files = promises.Append((Name: name, Sha256: Convert.ToHexStringLower(SHA256.HashData(index)), Size: index.LongLength))
            .Select(p => string.Create(CultureInfo.InvariantCulture, $" {p.Sha256} {p.Size} main/binary-amd64/{p.Name}"));
        var release = $"Suite: bookworm\nCodename: bookworm\nSHA256:\n{string.Join('\n', files)}\n";
        var (message, keyring) = Sign(release);
        bed.Serve("dists/bookworm/InRelease", message);
        bed.Serve($"dists/bookworm/main/binary-amd64/{name}", index);
        var path = Path.Combine(folder, "keyring.gpg");
        File.WriteAllBytes(path, keyring);
        return new CompositionRequest { Distribution = "debian/bookworm", Platform = Platform.LinuxAmd64, Packages = [Deb.Name], Keyring = path };
    }

    private static (byte[] Message, byte[] Keyring) Sign(string text)
    {
        var random = new SecureRandom();
        var generator = new RsaKeyPairGenerator();
        generator.Init(new RsaKeyGenerationParameters(BigInteger.ValueOf(65537), random, 2048, 25));
        var pair = new PgpKeyPair(PublicKeyAlgorithmTag.RsaGeneral, generator.GenerateKeyPair(), DateTime.UtcNow.AddDays(-1));
        var key = new PgpSecretKey(PgpSignature.DefaultCertification, pair, "test", SymmetricKeyAlgorithmTag.Null, (char[])[], useSha1: true, null, null, random);
        var signer = new PgpSignatureGenerator(PublicKeyAlgorithmTag.RsaGeneral, HashAlgorithmTag.Sha256);
        signer.InitSign(PgpSignature.CanonicalTextDocument, pair.PrivateKey);
        signer.Update(Encoding.UTF8.GetBytes(text.TrimEnd('\n').Replace("\n", "\r\n", StringComparison.Ordinal)));
        var signature = new MemoryStream();
        using (var armor = new ArmoredOutputStream(signature)) signer.Generate().Encode(armor);
        var message = $"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{text}{Encoding.ASCII.GetString(signature.ToArray())}";
        return (Encoding.UTF8.GetBytes(message), key.PublicKey.GetEncoded());
    }
}
