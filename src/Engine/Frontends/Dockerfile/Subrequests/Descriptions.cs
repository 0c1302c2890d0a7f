using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;

/// <summary>Comments that describe what stands below them: <c># name what it is</c>.</summary>
internal static class Descriptions
{
    /// <summary>What a comment above the instruction says of a name, or empty.</summary>
    public static string Of(Instruction instruction, string? name)
    {
        if (string.IsNullOrEmpty(name)) return "";
        var comment = instruction.Comments.Select(c => c.TrimStart()).FirstOrDefault(c => c.StartsWith(name + " ", StringComparison.Ordinal));
        return comment is null ? "" : comment[(name.Length + 1)..];
    }
}
