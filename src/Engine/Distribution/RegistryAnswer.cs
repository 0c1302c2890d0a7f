namespace MsBuildKit.Engine.Distribution;

/// <summary>The first error that a registry explains a refusal with (distribution-spec, "Error codes"); empty when it explains nothing.</summary>
internal sealed record RegistryAnswer(string Code, string Message)
{
    public static RegistryAnswer Nothing { get; } = new("", "");
}
