using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MsBuildKit.Engine.Packages;

/// <summary>Makes what update-ca-certificates makes: one file of all authorities, and a link for each by OpenSSL's hash of its subject.</summary>
internal static class CertificateBundle
{
    private const string Folder = "usr/share/ca-certificates/";

    public static void Write(PackageTree tree)
    {
        var files = tree.Files(Folder).Where(f => f.EndsWith(".crt", StringComparison.Ordinal)).ToList();
        if (files.Count == 0) return;
        var bundle = new StringBuilder();
        var used = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var pem = Encoding.ASCII.GetString(tree.Find(file)!);
            bundle.Append(pem.TrimEnd('\n')).Append('\n');
            var name = Path.GetFileNameWithoutExtension(file) + ".pem";
            tree.Link("etc/ssl/certs/" + name, "/" + file);
            var hash = SubjectHash(tree, file, pem);
            var count = used[hash] = used.GetValueOrDefault(hash, -1) + 1;
            tree.Link($"etc/ssl/certs/{hash}.{count}", name);
        }
        tree.Write("etc/ssl/certs/ca-certificates.crt", bundle.ToString());
        tree.Write("etc/ca-certificates.conf", string.Concat(files.Select(f => f[Folder.Length..] + "\n")));
    }

    private static string SubjectHash(PackageTree tree, string file, string pem)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(pem);
            return SubjectHash(certificate.SubjectName.RawData);
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            throw tree.Unreadable(file, $"'/{file}' is no certificate", e);
        }
    }

    /// <summary>OpenSSL's X509_NAME_hash: SHA-1 of the name in canonical form, its first four bytes read little-endian.</summary>
    internal static string SubjectHash(byte[] subject)
    {
        var canonical = new List<byte>();
        var name = new AsnReader(subject, AsnEncodingRules.DER).ReadSequence();
        while (name.HasData) canonical.AddRange(Canonical(name.ReadSetOf()));
        return BinaryPrimitives.ReadUInt32LittleEndian(SHA1.HashData(canonical.ToArray())).ToString("x8", null);
    }

    private static byte[] Canonical(AsnReader set)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSetOf())
            while (set.HasData)
            {
                var pair = set.ReadSequence();
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(pair.ReadObjectIdentifier());
                    var tag = pair.PeekTag();
                    if (IsText(tag)) writer.WriteCharacterString(UniversalTagNumber.UTF8String, Fold(pair.ReadCharacterString((UniversalTagNumber)tag.TagValue)));
                    else writer.WriteEncodedValue(pair.ReadEncodedValue().Span);
                }
            }
        return writer.Encode();
    }

    private static bool IsText(Asn1Tag tag) => tag.TagClass == TagClass.Universal && (UniversalTagNumber)tag.TagValue is
        UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String or UniversalTagNumber.BMPString
        or UniversalTagNumber.TeletexString or UniversalTagNumber.VisibleString;

    // Only ASCII letters are folded, and runs of white space become one space.
    private static string Fold(string text) =>
        string.Concat(string.Join(' ', text.Split((char[])[' ', '\t', '\n', '\r', '\v', '\f'], StringSplitOptions.RemoveEmptyEntries))
            .Select(c => char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c));
}
