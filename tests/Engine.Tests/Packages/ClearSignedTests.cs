using System.Text;
using MsBuildKit.Engine.Packages;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Packages;

public sealed class ClearSignedTests : IDisposable
{
    private readonly TempFolder _folder = new("gpg");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ed25519")]
    [InlineData("rsa2048")]
    public async Task Verify_GoodSignature_GivesTheText(string algorithm)
    {
        var (message, ring) = await SignAsync(algorithm, "SHA256");
        Assert.Equal("Suite: x\n- dash\n", ClearSigned.Verify(Encoding.UTF8.GetBytes(message), ring, "x"));
    }

    [Fact]
    public async Task Verify_TamperedOrWeakOrUnsignedOrOtherKey_IsRefused()
    {
        var (message, ring) = await SignAsync("rsa2048", "SHA512");
        Refuse(message.Replace("Suite: x", "Suite: y", StringComparison.Ordinal), ring);
        Refuse(message + "Suite: z\n", ring);
        Refuse("Suite: x\n", ring);
        var (other, _) = await SignAsync("ed25519", "SHA256", "other");
        Refuse(other, ring);
        var (weak, weakRing) = await SignAsync("rsa2048", "SHA1", "weak");
        Refuse(weak, weakRing);
    }

    private static void Refuse(string message, Keyring ring) =>
        Assert.Equal("MBK1604", Assert.Throws<PackageException>(() => ClearSigned.Verify(Encoding.UTF8.GetBytes(message), ring, "x")).Code);

    private async Task<(string Message, Keyring Ring)> SignAsync(string algorithm, string digest, string home = "home")
    {
        var gpg = RealTool.Find("gpg");
        var folder = _folder[home + algorithm];
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var text = _folder.Write(home + "/text", "Suite: x\n- dash\n");
        string[] common = ["--homedir", folder, "--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", ""];
        (await Command.RunAsync(gpg, [.. common, "--quick-generate-key", "test@example.org", algorithm, "sign", "never"])).Succeeded();
        (await Command.RunAsync(gpg, [.. common, "--digest-algo", digest, "--allow-weak-digest-algos", "-o", text + ".asc", "--clearsign", text])).Succeeded();
        (await Command.RunAsync(gpg, [.. common, "-o", text + ".gpg", "--export"])).Succeeded();
        await Command.RunAsync("gpgconf", ["--homedir", folder, "--kill", "all"]);
        return (File.ReadAllText(text + ".asc"), Keyring.Read(File.OpenRead(text + ".gpg"), "test"));
    }
}
