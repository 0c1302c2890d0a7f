namespace MsBuildKit.Engine;

/// <summary>What is said of one platform's image, before it is wrapped into statements.</summary>
internal sealed record StatementTexts(byte[]? Sbom, byte[]? Provenance);
