using System.Text;

namespace MsBuildKit.Faults.Registry;

/// <summary>An answer on its way back, whole.</summary>
/// <param name="Length">What <c>Content-Length</c> says; <c>null</c> leaves it out.</param>
internal sealed record ProxiedAnswer(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body, long? Length)
{
    public static ProxiedAnswer Of(int status, string body = "", params (string Name, string Value)[] headers)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        return new(status, [.. headers.Select(h => KeyValuePair.Create(h.Name, h.Value))], bytes, bytes.Length);
    }

    /// <summary>What comes before the body.</summary>
    public byte[] Head()
    {
        var text = new StringBuilder($"HTTP/1.1 {Status} -\r\n");
        foreach (var (name, value) in Headers) text.Append(name).Append(": ").Append(value).Append("\r\n");
        if (Length is { } length) text.Append("Content-Length: ").Append(length).Append("\r\n");
        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }

    /// <summary>With a header set, where it is there.</summary>
    public ProxiedAnswer WithHeader(string name, Func<string, string> change) => this with
    {
        Headers = [.. Headers.Select(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase) ? KeyValuePair.Create(h.Key, change(h.Value)) : h)],
    };
}
