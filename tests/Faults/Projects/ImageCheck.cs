using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;

namespace MsBuildKit.Faults.Projects;

/// <summary>Looks for faults in what was shipped.</summary>
internal static class ImageCheck
{
    /// <summary>Each fault of the images in a layout or archive.</summary>
    public static async Task<IReadOnlyList<string>> FindAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var images = await LocalImages.OpenAsync(path, cancellationToken);
            var found = await new ImageVerifier(images.Source, Environment.ProcessorCount).VerifyAsync(images.Index, cancellationToken);
            return [.. found.Faults.Select(f => $"{path}: {f.Where}: {f.Problem}")];
        }
        catch (BuildException e)
        {
            return [e.Message];
        }
    }
}
