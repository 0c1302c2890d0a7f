using System.Diagnostics;
using System.Globalization;
using System.Text;
using MsBuildKit.Benchmarks.Measuring;
using MsBuildKit.Engine.Frontends.Dockerfile;

namespace MsBuildKit.Benchmarks.Dockerfiles;

/// <summary>Reading long Dockerfiles: the first time, with all code yet to be compiled, and again; twice the lines should take twice the time.</summary>
internal static class ParseBenchmark
{
    private const int Warmups = 30;

    // Ten lines.
    private const string Block = """
        # what follows is built from the sources
        FROM debian:$VERSION AS stage{0}
        RUN --mount=type=cache,target=/var/cache/apt,sharing=locked apt-get update \
            # the tools
            && apt-get install -y gcc make
        COPY --from=stage0 --link --chmod=0755 a.txt "b" /work/{0}/
        ENV KEY{0}=value OTHER="${{KEY:-default}}"
        CMD ["/bin/sh", "-c", "echo {0}"]
        LABEL org.example.name="n {0}"
        HEALTHCHECK --interval=30s CMD curl -f http://localhost/

        """;

    public static void Run(int rounds)
    {
        var table = new MarkdownTable("lines", "first time, ms", "again, ms", "again, lines per ms");
        foreach (var lines in new[] { 10_000, 20_000, 40_000 })
        {
            var text = TextOf(lines);
            var first = Measure(text);
            for (var i = 0; i < Warmups; i++) Measure(text);
            var again = Statistics.Median(Enumerable.Range(0, Math.Max(rounds, 5)).Select(_ => Measure(text)));
            // Only the first file meets code that was not compiled yet.
            table.Add(lines.ToString(CultureInfo.InvariantCulture), lines == 10_000 ? Text(first) : "", Text(again), Text(lines / again));
        }
        Console.WriteLine(table);
    }

    private static double Measure(string text)
    {
        var start = Stopwatch.GetTimestamp();
        DockerfileParser.Parse(text, "Dockerfile").OrThrow();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static string TextOf(int lines)
    {
        var text = new StringBuilder("ARG VERSION=bookworm\n");
        for (var i = 0; i < lines / 10; i++) text.AppendFormat(CultureInfo.InvariantCulture, Block, i);
        return text.ToString();
    }

    private static string Text(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}
