using System.Text;
using MsBuildKit.TestKit.Secrets;

namespace MsBuildKit.Faults.Secrets;

/// <summary>The secrets of one run, each for one way into a build.</summary>
internal sealed class CanarySet
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", Odd = "+/\"<&%;$' =?\\\u00e9";

    private readonly Random _random;
    private readonly List<Canary> _all = [];

    public CanarySet(Random random)
    {
        _random = random;
        Binary = new byte[40];
        random.NextBytes(Binary);
        _all.Add(new Canary("binary file", Binary));
        Lines = string.Concat(Enumerable.Range(0, 5).Select(_ => OddText() + "\n"));
        _all.Add(Canary.OfText("file of lines", Lines.TrimEnd('\n').Split('\n')));
        EnvironmentToFile = Add("environment, as a file", OddText());
        EnvironmentToVariable = Add("environment, as a variable", OddText());
        FileToVariable = Add("file, as a variable", OddText());
        CommandToFile = Add("command, as a file", OddText());
        CommandToVariable = Add("command, as a variable", OddText());
        Unused = Add("lent and not used", OddText());
        Printed = Add("printed by its step", OddText());
        PrintedAtFailure = Add("printed by a step that fails", OddText());
        Unrelated = Add("variable of the caller", OddText());
        DockerPassword = Add("password in Docker's configuration", OddText());
        HelperPassword = Add("password from a helper", OddText());
        VariablePassword = Add("password in variables", OddText());
        RefreshToken = Add("refresh token", PlainText());
        TokenPrefix = Add("token of a token server", PlainText());
        Mirror = Add("password in a mirror's address", PlainText());
        Remote = Add("password in the repository's address", PlainText());
        Feed = Add("password of a package source", OddText());
        Proxy = Add("password in a proxy's address", PlainText());
    }

    /// <summary>All, the SSH key included once it is made.</summary>
    public IReadOnlyList<Canary> All => _all;

    public byte[] Binary { get; }

    public string Lines { get; }

    public string EnvironmentToFile { get; }

    public string EnvironmentToVariable { get; }

    public string FileToVariable { get; }

    public string CommandToFile { get; }

    public string CommandToVariable { get; }

    public string Unused { get; }

    public string Printed { get; }

    public string PrintedAtFailure { get; }

    public string Unrelated { get; }

    public string DockerPassword { get; }

    public string HelperPassword { get; }

    public string VariablePassword { get; }

    public string RefreshToken { get; }

    public string TokenPrefix { get; }

    public string Mirror { get; }

    public string Remote { get; }

    public string Feed { get; }

    public string Proxy { get; }

    /// <summary>Adds a private key of OpenSSH's: its lines, and the seed that they hold.</summary>
    public void AddKey(string pem)
    {
        var lines = pem.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..^1];
        var packed = Convert.FromBase64String(string.Concat(lines));
        // The public key stands there twice, as a string of 32 bytes, and a string of 64 follows the second: the seed and the public key once more.
        var seed = packed.AsSpan().IndexOf(new byte[] { 0, 0, 0, 64 }) + 4;
        _all.Add(new Canary("SSH key", [packed[seed..(seed + 32)], .. lines.Skip(2).Where(l => l.Length > 40).Select(Encoding.ASCII.GetBytes)]));
    }

    /// <summary>A text of its own that is no secret.</summary>
    public string PlainText() => new(_random.GetItems<char>(Letters, 32));

    // With all that encodings and escapes change, in places that differ.
    private string OddText()
    {
        var odd = Odd.ToCharArray();
        _random.Shuffle(odd);
        return PlainText()[..12] + new string(odd) + PlainText()[..12];
    }

    private string Add(string name, string value)
    {
        _all.Add(Canary.OfText(name, value));
        return value;
    }
}
