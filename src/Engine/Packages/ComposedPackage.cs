namespace MsBuildKit.Engine.Packages;

/// <summary>One package of a composed base.</summary>
/// <param name="Source">The source package, which is the name itself where none is named.</param>
/// <param name="Sha256">Of the package file, lower-case hex.</param>
/// <param name="Size">Of the package file, in bytes.</param>
/// <param name="Path">Relative to the mirror.</param>
public sealed record ComposedPackage(
    string Name, string Version, string Architecture, string Source, string Sha256, long Size, string Path)
{
    /// <summary>Where the image holds the licence.</summary>
    public string CopyrightPath => $"/usr/share/doc/{Name}/copyright";
}
