using System.Text;

namespace MsBuildKit.TestKit.Secrets;

/// <summary>A secret that is looked for.</summary>
/// <param name="Name">What it is, for messages.</param>
/// <param name="Values">Its bytes; of one that programs print or keep in parts, each part.</param>
public sealed record Canary(string Name, params IReadOnlyList<byte[]> Values)
{
    public static Canary OfText(string name, params IEnumerable<string> values) => new(name, [.. values.Select(Encoding.UTF8.GetBytes)]);

    public override string ToString() => Name;
}
