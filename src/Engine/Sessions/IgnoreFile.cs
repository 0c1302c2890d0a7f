using System.Text;
using MsBuildKit.Engine.Llb.Patterns;

namespace MsBuildKit.Engine.Sessions;

/// <summary>Reads <c>.dockerignore</c> files (moby/patternmatcher, <c>ignorefile</c>).</summary>
public static class IgnoreFile
{
    /// <summary>What the file is called.</summary>
    public const string Name = ".dockerignore";

    /// <summary>The patterns, in order and as <c>local.excludepatterns</c> has them. Lines that begin with <c>#</c> and blank ones are none; a leading slash counts
    /// for nothing, and white space around a pattern neither. What a pattern means is not looked at.</summary>
    public static IReadOnlyList<string> Read(ReadOnlySpan<byte> content)
    {
        if (content.StartsWith(Encoding.UTF8.Preamble)) content = content[3..];
        var patterns = new List<string>();
        foreach (var line in Encoding.UTF8.GetString(content).Split('\n'))
        {
            if (line.StartsWith('#')) continue;
            var pattern = line.Trim();
            if (pattern.Length == 0) continue;
            var takesBack = pattern[0] == '!';
            if (takesBack) pattern = pattern[1..].Trim();
            if (pattern.Length > 0) pattern = WithoutSlash(SlashPath.Shorten(pattern));
            patterns.Add(takesBack ? "!" + pattern : pattern);
        }
        return patterns;
    }

    /// <summary>The patterns for a Dockerfile and the folder that it copies of: those of <c>NAME.dockerignore</c> beside it where that is there, else of the
    /// folder's own file.</summary>
    /// <param name="dockerfile">Absolute.</param>
    /// <param name="folder">Absolute.</param>
    public static IReadOnlyList<string> Of(string dockerfile, string folder)
    {
        foreach (var path in new[] { dockerfile + Name, Path.Combine(folder, Name) })
            if (File.Exists(path)) return Read(File.ReadAllBytes(path));
        return [];
    }

    private static string WithoutSlash(string pattern) => pattern.Length > 1 && pattern[0] == '/' ? pattern[1..] : pattern;
}
