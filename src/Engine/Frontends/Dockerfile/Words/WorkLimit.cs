using MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Words;

/// <summary>How much one expansion may do: texts that grow out of each other and patterns that are tried everywhere end here.</summary>
internal sealed class WorkLimit
{
    internal const int Length = 1024 * 1024;
    internal const int Depth = 200;
    private const long Steps = 32L * 1024 * 1024;

    private long _left = Steps;

    /// <summary>Pays for characters written or looked at.</summary>
    internal void Spend(long steps)
    {
        _left -= steps;
        if (_left < 0) throw TooLarge("takes too much work", "use shorter values or simpler patterns");
    }

    internal static void CheckLength(int length)
    {
        if (length > Length) throw TooLarge($"is longer than {Length} characters", "use shorter values");
    }

    internal static void CheckDepth(int depth)
    {
        if (depth > Depth) throw TooLarge($"is nested deeper than {Depth} levels", "use variables for the inner parts");
    }

    private static WordException TooLarge(string what, string todo) => new(DockerfileCodes.WordTooLarge, $"The expansion of a word {what}; {todo}.");
}
