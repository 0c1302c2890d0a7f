using MsBuildKit.Benchmarks.Measuring;

namespace MsBuildKit.Benchmarks.Publishing;

/// <summary>Plain <c>dotnet publish</c>, PublishContainer and ContainerBuild turn about, with a registry on this machine.</summary>
internal static class PublishBenchmark
{
    public static async Task RunAsync(string feed, string version, int rounds)
    {
        using var work = new WorkFolder();
        await WriteSurroundingFilesAsync(work, feed);
        using var surroundings = new Surroundings(work, Environment.GetEnvironmentVariable("BENCH_DEVELOPER") == "1");
        using var registry = await RegistryServer.StartAsync(work.Make("registry"));
        Console.Error.WriteLine("making the base image");
        await BaseImage.PushAsync(work["base"], version, registry.Address, surroundings.Variables);
        Console.Error.WriteLine($"the base image has {MarkdownTable.Megabytes(registry.StoredBytes)} MB");

        var asPackage = Environment.GetEnvironmentVariable("BENCH_OPT_IN") == "package";
        var report = new PublishReport($"{surroundings.Description}; the sample names our SDK by {(asPackage ? "a PackageReference" : "an Sdk element")}");
        foreach (var kind in Enum.GetValues<AppKind>())
        {
            var publishers = Contender.All(version, asPackage).Select(c => new Publisher(c, new SampleApp(work[$"{c.Name}-{kind}"], kind, c), surroundings, registry)).ToList();
            foreach (var delivery in Enum.GetValues<Delivery>())
            {
                // The first run restores, and is followed by one that settles what the first left.
                foreach (var publisher in publishers.Concat(publishers)) await publisher.RunAsync(delivery);
                foreach (var scenario in Enum.GetValues<Scenario>())
                    report.Add(scenario, kind, delivery, await CompareAsync(publishers, scenario, delivery, rounds), publishers[^1].App.OwnBytes);
            }
        }
        Console.WriteLine(report);
    }

    /// <returns>The runs of each publisher, in their order.</returns>
    private static async Task<IReadOnlyList<IReadOnlyList<PublishRun>>> CompareAsync(
        IReadOnlyList<Publisher> publishers, Scenario scenario, Delivery delivery, int rounds)
    {
        var runs = publishers.Select(_ => new List<PublishRun>()).ToList();
        for (var round = 0; round < rounds; round++)
            for (var turn = 0; turn < publishers.Count; turn++)
            {
                // Who goes first changes, since what one leaves in memory may help the next.
                var who = (round + turn) % publishers.Count;
                publishers[who].Prepare(scenario);
                runs[who].Add(await publishers[who].RunAsync(delivery));
            }
        Console.Error.WriteLine($"{scenario} {delivery}: {string.Join(", ", runs.Select(r => MarkdownTable.Seconds(Statistics.MedianSeconds(r.Select(m => m.Whole)))))}");
        return runs;
    }

    private static async Task WriteSurroundingFilesAsync(WorkFolder work, string feed)
    {
        // Adds to the sources that this machine has.
        await File.WriteAllTextAsync(work["nuget.config"], $"""
            <configuration><packageSources><add key="benchmark" value="{feed}" /></packageSources></configuration>
            """);
        foreach (var name in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
            await File.WriteAllTextAsync(work[name], "<Project />");
    }
}
