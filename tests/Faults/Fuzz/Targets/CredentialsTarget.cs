using System.Text;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>Docker's configuration: what is found is for the registry that was asked for, and no error says a secret.</summary>
internal sealed class CredentialsTarget : FuzzTarget
{
    private const string Secret = "hunter2hunter2";

    private readonly TempFolder _folder = new("fuzz");
    private readonly HostCredentials _credentials;

    public CredentialsTarget() => _credentials = new HostCredentials(new Dictionary<string, string> { ["DOCKER_CONFIG"] = _folder.Path, ["PATH"] = "/nowhere" }, _folder["home"]);

    public override IReadOnlyList<string> Words => ["\"auths\"", "\"auth\"", "\"registry.example\"", "\"https://registry.example/v1/\"", "\"identitytoken\"", "\"credsStore\"", "\"credHelpers\"", "null", "{}", "[]", "\"x\"", "\"../x\"", "\\ud800", Encode("a:b"), "===="];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds() => new Dictionary<string, string>
    {
        ["auths.json"] = """{"auths":{"registry.example":{"auth":"MINE"},"other.example":{"auth":"MINE"}}}""".Replace("MINE", Encode("me:" + Secret), StringComparison.Ordinal),
        ["token.json"] = """{"auths":{"https://registry.example/v2/":{"identitytoken":"SECRET"}}}""".Replace("SECRET", Secret, StringComparison.Ordinal),
        ["helpers.json"] = """{"credsStore":"secretservice","credHelpers":{"registry.example":"pass"},"HttpHeaders":{"a":"b"}}""",
    }.Select(s => (s.Key, Bytes(s.Value)));

    public override byte[]? Reshape(byte[] input, Random random) => JsonShapes.Change(input, random);

    public override string Run(byte[] input)
    {
        File.WriteAllBytes(_folder["config.json"], input);
        try
        {
            var found = _credentials.FindAsync("registry.example", push: false, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            return $"{found is null} {found?.IsToken} {found?.User.Length == 0}";
        }
        catch (RegistryException e)
        {
            Require(!e.ToString().Contains(Secret, StringComparison.Ordinal) && !e.ToString().Contains(Encode("me:" + Secret), StringComparison.Ordinal), "the error says the secret");
            throw;
        }
    }

    public override void Dispose() => _folder.Dispose();

    private static string Encode(string pair) => Convert.ToBase64String(Encoding.UTF8.GetBytes(pair));
}
