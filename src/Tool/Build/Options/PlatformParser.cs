using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Build.Options;

/// <summary>Reads <c>--platform</c>: platforms with commas between them; <c>local</c> is this machine's.</summary>
internal static class PlatformParser
{
    public static IReadOnlyList<Platform> Parse(IEnumerable<string> texts, Platform machine, OptionFaults faults)
    {
        var platforms = new List<Platform>();
        foreach (var text in texts.SelectMany(t => t.Split(',', StringSplitOptions.TrimEntries)))
            try
            {
                platforms.Add(text == "local" ? machine : Platform.Parse(text));
            }
            catch (OciException e)
            {
                faults.Add("--platform", e.Message);
            }
        return platforms.Count == 0 ? [machine] : [.. platforms.Distinct()];
    }
}
