using System.Globalization;
using System.Text.RegularExpressions;
using MsBuildKit.Benchmarks.Measuring;

namespace MsBuildKit.Benchmarks.Publishing;

/// <summary>Publishes one application in one contender's way, and measures it.</summary>
internal sealed class Publisher(Contender contender, SampleApp app, Surroundings surroundings, RegistryServer registry)
{
    private int _first;

    public SampleApp App => app;

    /// <summary>Brings everything into the state that the scenario starts from.</summary>
    public void Prepare(Scenario scenario)
    {
        if (scenario == Scenario.OneLineChanged) app.ChangeOneLine();
        if (scenario != Scenario.FirstImage) return;
        _first++;
        app.ForgetImages();
        surroundings.ForgetImages();
    }

    public async Task<PublishRun> RunAsync(Delivery delivery)
    {
        var log = Path.Combine(app.Folder, "performance.log");
        var stored = registry.StoredBytes;
        var whole = await new MeasuredCommand("dotnet", ["publish", "-nologo", $"-flp:LogFile={log};PerformanceSummary;Verbosity=quiet", .. Arguments(delivery)])
        {
            WorkingDirectory = app.Folder,
            Environment = surroundings.Variables,
        }.RunAsync();
        return new PublishRun(whole, await TaskSecondsAsync(log), registry.StoredBytes - stored);
    }

    private IEnumerable<string> Arguments(Delivery delivery)
    {
        if (contender.Target is null) return [];
        // A repository that was never pushed to has nothing that could be left out.
        var repository = $"{Path.GetFileName(app.Folder)}-{_first}".ToLowerInvariant();
        return
        [
            $"-t:{contender.Target}", $"-p:ContainerBaseImage={registry.Address}/base:1", $"-p:ContainerRepository={repository}",
            delivery == Delivery.Registry ? $"-p:ContainerRegistry={registry.Address}" : $"-p:ContainerArchiveOutputPath={Path.Combine(app.Folder, "image.tar")}",
        ];
    }

    private async Task<double> TaskSecondsAsync(string log)
    {
        if (contender.TaskName is null) return 0;
        var line = Regex.Match(await File.ReadAllTextAsync(log), $@"^\s*(\d+) ms\s+{contender.TaskName}\s", RegexOptions.Multiline);
        return line.Success
            ? int.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture) / 1000.0
            : throw new InvalidOperationException($"'{log}' says nothing of {contender.TaskName}.");
    }
}
