using System.Globalization;
using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion.Translation;

/// <summary>Gives files to owners.</summary>
internal static class FileOwner
{
    /// <summary>A step whose files belong to <c>user[:group]</c>. Names are looked up in <paramref name="tree"/>.</summary>
    public static FileStep Give(FileStep step, string owner, LlbState tree)
    {
        if (tree.Node is null && owner.Split(':', 2).FirstOrDefault(IsName) is { } name)
            throw new Fault(FaultCodes.UnknownOwner, $"Nobody knows who '{name}' is: there is no user database where nothing is yet. Give the numbers of user and group, such as '1000:1000'.");
        return step.OwnedAs(owner);
    }

    private static bool IsName(string part) =>
        part is not ("" or "root") && !int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
}
