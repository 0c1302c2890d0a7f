namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>What an exporter of files is told.</summary>
/// <param name="PlatformSplit">A folder for each platform; <c>null</c> where there are several.</param>
/// <param name="AttestationPrefix">Before the names of statements.</param>
/// <param name="SourceDateEpoch">Seconds that are the time of every file; <c>null</c> for its own.</param>
internal sealed record TreeAttributes(bool? PlatformSplit, string AttestationPrefix, long? SourceDateEpoch)
{
    /// <summary>Throws MBK2507.</summary>
    public static TreeAttributes Read(IReadOnlyDictionary<string, string> attributes) => new(
        ExportValues.Flag(attributes, "platform-split"), attributes.GetValueOrDefault("attestation-prefix", ""), ExportValues.Number(attributes, ExportValues.Epoch));
}
