using System.Security.Cryptography;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Faults.Builds;

/// <summary>What an undisturbed build gives: the image's digest and the archive's.</summary>
internal sealed record BuiltState(Digest Image, string Archive)
{
    /// <summary>Builds, and reads what is there then.</summary>
    public static async Task<BuiltState> BuildAsync(SmallProject project)
    {
        var result = await project.BuildAsync();
        return new BuiltState(result.Image.Digest, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(project.Archive))));
    }
}
