using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Exporters;

/// <summary>One platform's files, to be exported as they are.</summary>
/// <param name="Platform">The platform's name, such as <c>linux/amd64</c>: what its folder is called after.</param>
/// <param name="Layers">From the bottom up; none for nothing.</param>
public sealed record PlatformTree(string Platform, IReadOnlyList<Layer> Layers)
{
    /// <summary>Statements about the files, which are put beside them.</summary>
    public IReadOnlyList<StatementFile> Statements { get; init; } = [];

    /// <summary>The trees of an image.</summary>
    public static IReadOnlyList<PlatformTree> Of(AssembledImage image) => [.. image.Manifests.Select(m => new PlatformTree(m.Platform.ToString(), m.Layers))];
}

/// <summary>A statement about exported files, such as <c>provenance.json</c>.</summary>
/// <param name="Name">Of the file.</param>
/// <param name="Write">Writes it when it is known which files it is about.</param>
public sealed record StatementFile(string Name, Func<IReadOnlyList<FileSubject>, byte[]> Write);

/// <summary>A file that a statement is about.</summary>
/// <param name="Path">In its platform's tree.</param>
/// <param name="Digest">Of its content.</param>
public sealed record FileSubject(string Path, Digest Digest);
