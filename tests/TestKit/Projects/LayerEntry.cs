namespace MsBuildKit.TestKit.Projects;

/// <summary>A file, folder or link in a layer.</summary>
/// <param name="Path">Absolute in the image.</param>
/// <param name="Mode">Permission bits in octal, four digits.</param>
/// <param name="Owner"><c>uid:gid</c>.</param>
/// <param name="Sha256">Of a file's content, lower-case hex.</param>
public sealed record LayerEntry(string Path, bool IsDirectory, string Mode, string Owner, string? LinkTarget, string? Sha256, DateTimeOffset Modified);
