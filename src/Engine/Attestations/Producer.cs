namespace MsBuildKit.Engine.Attestations;

/// <summary>Who says so: this program.</summary>
internal static class Producer
{
    public static string Version { get; } = typeof(Producer).Assembly.GetName().Version!.ToString(3);

    public static string NameAndVersion { get; } = "MsBuildKit-" + Version;
}
