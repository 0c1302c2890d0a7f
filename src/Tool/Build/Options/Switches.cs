namespace MsBuildKit.Tool.Build.Options;

/// <summary>Words for on and off, as Docker's options take them.</summary>
internal static class Switches
{
    /// <summary>On or off, or <c>null</c> for a word that is neither.</summary>
    public static bool? Parse(string text) => text.ToLowerInvariant() switch
    {
        "true" or "t" or "1" => true,
        "false" or "f" or "0" => false,
        _ => null,
    };
}
