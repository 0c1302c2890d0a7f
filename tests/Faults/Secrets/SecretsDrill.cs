using System.Globalization;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;
using MsBuildKit.TestKit.Secrets;

namespace MsBuildKit.Faults.Secrets;

/// <summary>H1, E8, B19 and F4 of our catalogue of attacks: real builds by an ordinary user of a project that is lent many secrets, and then a search
/// for each of them in all that is left.</summary>
internal sealed class SecretsDrill : Drill
{
    private readonly List<string> _broken = [];
    private int _builds, _files, _processes, _secrets;

    public override string Name => "secrets";

    public override string Promise => "No secret that a build is lent or uses is in an image, the store, a log, a statement, a temporary file or a command line, in any usual encoding";

    public override async Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        if (Foreign.Missing("dotnet", "busybox", "gcc", "ssh-keygen", "ssh-agent", "crun") is { } missing) return missing;
        var random = new Random(Seed.Choose());
        for (var i = 0; i < (scale == Scale.Full ? 10 : 1); i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await RunAsync(new CanarySet(random));
        }
        return new DrillResult(string.Create(CultureInfo.InvariantCulture,
            $"{_secrets} secrets in {_builds} builds, looked for in {_files} files and {_processes} command lines and environments, {_broken.Count} found or not provable"), _broken);
    }

    private async Task RunAsync(CanarySet secrets)
    {
        using var folder = new TempFolder("secrets");
        var home = await TestUser.MakeFolderAsync(folder, "home");
        var marker = "marker" + secrets.PlainText();
        await using var servers = await CanaryServers.StartAsync(secrets);
        var project = new CanaryProject(home, secrets, servers, marker);
        await project.WriteAsync();
        var elsewhere = new OtherPlaces();
        using var watch = new ProcessWatch(new SecretHunt(secrets.All));

        Keep(home, "whole", (await project.BuildAsync()).Succeeded());
        Keep(home, "failed", (await project.FailAsync()).Failed());
        Keep(home, "stranded", (await project.StrandAsync()).Failed());

        var hunt = new SecretHunt(secrets.All);
        _secrets += secrets.All.Count;
        _broken.AddRange(hunt.FindBelow(home, CanaryProject.Inputs).Where(h => !IsMSBuilds(h)).Concat(elsewhere.Hunt(hunt)).Concat(servers.Hunt(hunt)).Select(h => h.ToString()));
        var seen = watch.Finish();
        _broken.AddRange(seen.Where(h => h.What == "cmdline" || !IsOfEnvironment(h.Hit.Canary)).Select(h => h.Hit.ToString()));
        // A step that wants one as a variable must be seen to have it.
        if (!seen.Any(h => h.Hit.Canary.Name == "command, as a variable")) _broken.Add("the environment of no step was seen, so nothing is proved of processes");
        _files += Directory.GetFiles(home, "*", SearchOption.AllDirectories).Length;
        _processes += watch.Count;
        _broken.AddRange(new SecretProof(home, project, servers, marker).Find());
    }

    private void Keep(string home, string name, CommandResult result)
    {
        _builds++;
        File.WriteAllText(Path.Combine(home, "logs", name + ".output"), result.All);
    }

    // A property is in MSBuild's logs, wherever it comes from, and an address with a password is one. docs/properties.md says so.
    private static bool IsMSBuilds(SecretHit hit) => hit.Canary.Name == "password in a mirror's address" && hit.Place.StartsWith("logs/", StringComparison.Ordinal);

    // What came to the build by a variable is in the environment of its processes, and what a step wants as a variable in that of the step.
    private static bool IsOfEnvironment(Canary canary) => canary.Name.Contains("variable", StringComparison.Ordinal)
        || canary.Name is "environment, as a file" or "lent and not used" or "printed by a step that fails" or "password in a mirror's address" or "password in a proxy's address";
}
