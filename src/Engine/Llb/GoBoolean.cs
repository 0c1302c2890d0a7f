namespace MsBuildKit.Engine.Llb;

/// <summary>Truth values as Go's programs read them (<c>strconv.ParseBool</c>).</summary>
public static class GoBoolean
{
    /// <summary>The value, or <c>null</c> for a text that is none.</summary>
    public static bool? Parse(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };
}
