using System.Text.Json.Nodes;
using MsBuildKit.Benchmarks.Measuring;
using MsBuildKit.Benchmarks.Steps;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;
using MsBuildKit.Engine.Llb;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Dockerfiles;

namespace MsBuildKit.Benchmarks.Comparing;

/// <summary>Has a real BuildKit convert the Dockerfile of every case, and holds the digest of each operation against ours.</summary>
/// <remarks>BuildKit's local sources name the session that lends the files. Ours are given the same before digests are compared, and nothing else.</remarks>
internal sealed class LlbComparison : IDisposable
{
    private const string Refused = "both refuse it", Equal = "have the same operations", Other = "have others", Explained = "have others on purpose";

    // Cases whose graphs differ, and why.
    private static readonly Dictionary<string, string> s_differs = new()
    {
        ["copy: from a context that is an image"] = "BuildKit leaves the tag of a context's image as it is; here it is pinned by its digest, as every other image is",
        ["copy: a named context stands for the base"] = "likewise",
        ["stages: target by number"] = "BuildKit converts targets by name only",
        ["copy: link with a user by name"] = "here it is refused before anything is built, and BuildKit finds out when it copies",
    };

    private readonly TempFolder _folder = new("compare");
    private readonly Dictionary<string, int> _counts = [];
    private (int Equal, int All, int Said) _operations;

    /// <summary>Prints what was found; answers whether all operations are the same.</summary>
    /// <param name="programs">The folder of buildkitd and buildctl.</param>
    /// <param name="only">A part of the names of the cases to compare; <c>null</c> for all.</param>
    public static async Task<bool> RunAsync(string programs, string? only)
    {
        using var comparison = new LlbComparison();
        await using var ground = await DockerfileGround.StartAsync();
        var cases = DockerfileCases.All.Concat(RealDockerfiles.All).Where(c => only is null || c.Name.Contains(only, StringComparison.Ordinal)).ToList();
        if (cases.Exists(RealDockerfiles.All.Contains)) await ground.AddRealAsync();
        try
        {
            return await comparison.CompareAsync(programs, ground, cases);
        }
        finally
        {
            await DaemonMounts.RemoveAsync(comparison._folder.Path);
        }
    }

    public void Dispose() => _folder.Dispose();

    private async Task<bool> CompareAsync(string programs, DockerfileGround ground, IReadOnlyList<DockerfileCase> cases)
    {
        using var server = await BuildkitServer.StartAsync(programs, _folder["buildkit"], ground.Registry);
        await using var store = new LocalContentStore(_folder["store"]);
        var registries = new Registries(new HostCredentials(new Dictionary<string, string>(), _folder.Path), new RegistryOptions { Time = TimeProvider.System, Random = new Random(1) });
        for (var i = 0; i < cases.Count; i++)
        {
            var folder = CaseFolder.Write(cases[i], ground, _folder[$"case{i}"]);
            var theirs = await ConvertAsync(server, folder);
            Judge(cases[i], theirs.Json, theirs.Error, await ConvertAsync(folder, new RegistryImages(registries, store)), ground);
            MeasuredCommand.Stop.Token.ThrowIfCancellationRequested();
        }
        foreach (var (verdict, count) in _counts.OrderBy(c => c.Key, StringComparer.Ordinal)) Console.WriteLine($"{count} {verdict}");
        Console.WriteLine($"{_operations.Equal} of {_operations.All} operations have BuildKit's digest, and of {_operations.Said} of them the same is said");
        return _counts.ContainsKey(Equal) && !_counts.ContainsKey(Other);
    }

    private static async Task<(JsonNode? Json, string Error)> ConvertAsync(BuildkitServer server, CaseFolder folder)
    {
        string[] places = ["--local", "context=" + folder.Context, "--local", "dockerfile=" + Path.GetDirectoryName(folder.Dockerfile), "--opt", "filename=" + Path.GetFileName(folder.Dockerfile)];
        var line = server.Frontend([.. places, .. folder.Options.SelectMany(BuildctlOptions.Translate), "--opt", "requestid=frontend.convertllb"]);
        var result = await Command.RunAsync(line[0], line.Skip(1), folder.Path, timeout: TimeSpan.FromMinutes(1));
        return result.ExitCode == 0 ? (JsonNode.Parse(result.Output[result.Output.IndexOf('{', StringComparison.Ordinal)..]), "") : (null, result.Error);
    }

    private static async Task<(LlbState? Graph, string Error)> ConvertAsync(CaseFolder folder, RegistryImages images)
    {
        var folders = new Dictionary<string, string>();
        var request = CaseRequest.Of(folder, folders);
        var file = DockerfileParser.Parse(request.Text, request.File);
        try
        {
            var (found, lint) = (new DockerfileImages(images, new Dictionary<string, string>()), LintReport.Of(file, request.BuildArgs));
            var image = (await new DockerfileConverter(found, lint, new LentFolders(folders)).ConvertAsync(file, request, default))[0];
            DockerfileLinter.Check(file, lint, image.Stages);
            lint.Tell(null);
            return (image.Graph, "");
        }
        catch (BuildException e)
        {
            return (null, e.Message);
        }
    }

    private void Judge(DockerfileCase test, JsonNode? theirs, string theirError, (LlbState? Graph, string Error) ours, DockerfileGround ground)
    {
        if (theirs is null || ours.Graph is null)
        {
            var verdict = theirs is null && ours.Graph is null ? Refused : Differs(test);
            Count(verdict);
            if (verdict != Refused) Console.WriteLine($"{verdict}: {test.Name}\n  BuildKit says: {theirError}\n  here: {ours.Error}");
            return;
        }
        var there = GraphFacts.Read(theirs, out var session);
        var here = ours.Graph.Node is null ? new GraphFacts(new Dictionary<string, string>(), new Dictionary<string, string>()) : GraphFacts.Of(LlbMarshaller.Marshal(ours.Graph), session);
        var equal = there.Operations.Keys.Where(here.Operations.ContainsKey).ToList();
        var unlike = equal.Where(d => there.Said[d] != here.Said[d]).ToList();
        _operations = (_operations.Equal + equal.Count, _operations.All + there.Operations.Count, _operations.Said + equal.Count - unlike.Count);
        var isEqual = equal.Count == there.Operations.Count && here.Operations.Count == equal.Count;
        Count(isEqual ? Equal : Differs(test));
        Console.WriteLine($"{equal.Count} of {there.Operations.Count} equal: {test.Name}{(!isEqual && s_differs.TryGetValue(test.Name, out var why) ? $" ({why})" : "")}");
        Show("BuildKit", there.Operations.Where(o => !here.Operations.ContainsKey(o.Key)), ground);
        Show("here", here.Operations.Where(o => !there.Operations.ContainsKey(o.Key)), ground);
        foreach (var digest in unlike) Console.WriteLine(ground.Blank($"  BuildKit says: {there.Said[digest]}\n  here:          {here.Said[digest]}"));
    }

    private static string Differs(DockerfileCase test) => s_differs.ContainsKey(test.Name) ? Explained : Other;

    private static void Show(string who, IEnumerable<KeyValuePair<string, string>> operations, DockerfileGround ground)
    {
        foreach (var (digest, operation) in operations) Console.WriteLine(ground.Blank($"  {who}: {digest} {operation}"));
    }

    private void Count(string verdict) => _counts[verdict] = _counts.GetValueOrDefault(verdict) + 1;
}
