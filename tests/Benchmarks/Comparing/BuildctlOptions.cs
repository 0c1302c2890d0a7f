namespace MsBuildKit.Benchmarks.Comparing;

/// <summary>What cases say as to <c>docker buildx build</c>, as buildctl wants it.</summary>
internal static class BuildctlOptions
{
    /// <param name="option">A name and a value, apart by a space, or a name alone.</param>
    public static IEnumerable<string> Translate(string option)
    {
        var (name, value) = option.Split(' ', 2) is [var first, var rest] ? (first, rest) : (option, "");
        return name switch
        {
            "--build-arg" => ["--opt", "build-arg:" + value],
            "--label" => ["--opt", "label:" + value],
            "--target" => ["--opt", "target=" + value],
            "--platform" => ["--opt", "platform=" + value],
            "--add-host" => ["--opt", "add-hosts=" + value.Replace(':', '=')],
            "--network" => ["--opt", "force-network-mode=" + value],
            "--no-cache" => ["--no-cache"],
            "--secret" or "--ssh" or "--allow" => [name, value],
            "--build-context" => Context(value[..value.IndexOf('=', StringComparison.Ordinal)], value[(value.IndexOf('=', StringComparison.Ordinal) + 1)..]),
            _ => throw new ArgumentException($"There is no translation of '{option}'."),
        };
    }

    private static string[] Context(string name, string place) =>
        place.Contains("://", StringComparison.Ordinal) ? ["--opt", $"context:{name}={place}"] : ["--local", $"{name}={place}", "--opt", $"context:{name}=local:{name}"];
}
