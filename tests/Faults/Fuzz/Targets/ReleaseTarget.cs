using System.Text;
using MsBuildKit.Engine.Packages;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>Release files, the signatures around them, and keyrings. No message is taken for signed here, for nobody has the key.</summary>
internal sealed class ReleaseTarget : FuzzTarget
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Keyring _keyring = Keyring.Read(new MemoryStream(Pgp.PublicKey), "test");

    public override IReadOnlyList<string> Words =>
        ["-----BEGIN PGP SIGNED MESSAGE-----\n", "-----BEGIN PGP SIGNATURE-----\n", "-----END PGP SIGNATURE-----\n", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n", "Hash: SHA512\n", "\n\n", "- ", "Codename: stable\n", "Suite: stable\n", "Valid-Until: ", "UTC", "SHA256:\n", "Acquire-By-Hash: yes\n", "=AAAA\n"];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds()
    {
        const string Release = "Origin: Test\nCodename: stable\nDate: Thu, 01 Jan 2026 00:00:00 UTC\nValid-Until: Fri, 02 Jan 2026 00:00:00 UTC\nAcquire-By-Hash: yes\nSHA256:\n aa 12 main/binary-amd64/Packages.xz\n bb 7 main/binary-amd64/Packages\n";
        yield return ("release", Bytes(Release));
        yield return ("signed", Pgp.ClearSign(Release));
        yield return ("keyring", Pgp.PublicKey);
    }

    public override string Run(byte[] input)
    {
        var answers = new[]
        {
            Try(() => ReleaseFile.Parse(Encoding.UTF8.GetString(input), "stable", s_now) is var release && release.IsByHash && release.Find("main/binary-amd64/Packages") is not null ? "found" : "release"),
            Try(() => Signed(input)),
            Try(() => Keyring.Read(new MemoryStream(input), "input").Find(1, s_now.UtcDateTime) is null ? "keyring" : "key"),
        };
        return string.Join(' ', answers);
    }

    private string Signed(byte[] input)
    {
        var text = ClearSigned.Verify(input, _keyring, "stable");
        Require(Pgp.WasSigned(text), $"'{text}' counts as signed, and never was");
        return "signed";
    }

    private static string Try(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (PackageException e)
        {
            return e.Code + e.Message.Split(':').ElementAtOrDefault(1) + e.InnerException?.GetType().Name;
        }
    }
}
