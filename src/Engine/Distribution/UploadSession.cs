namespace MsBuildKit.Engine.Distribution;

/// <summary>An upload that a registry has opened.</summary>
/// <param name="Location">Where the next request goes; every answer may change it.</param>
/// <param name="Offset">Bytes that the registry has.</param>
internal sealed record UploadSession(Uri Location, long Offset);
