namespace MsBuildKit.Tasks;

/// <summary>One platform's documents, as text.</summary>
internal sealed record BuiltManifest(string Platform, string Digest, string MediaType, string Manifest, string Configuration);
