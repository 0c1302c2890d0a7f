using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Build.Options;

/// <summary>Reads names of images: <c>--tag</c>, and <c>name=</c> of outputs.</summary>
internal static class NameParser
{
    /// <summary>The name, or <c>null</c> after telling what is wrong.</summary>
    public static ImageReference? Parse(string option, string text, OptionFaults faults)
    {
        if (!ImageReference.TryParse(text, out var reference, out var why)) faults.Add(option, $"'{text}' is no name of an image: {why}. Write 'registry/repository:tag'.");
        else if (reference!.Digest is not null) faults.Add(option, $"'{text}' has a digest, which is known only when the image is built. Write a tag.");
        else return reference;
        return null;
    }
}
