using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Faults.Builds;

/// <summary>Looks at store and outputs after a build was harmed, and says what is not as promised.</summary>
internal static class BuildJudge
{
    private static readonly string[] s_advice = ["the disk is full", " free", "msbuildkit prune"];

    /// <summary>Builds again, undisturbed, and checks that all is as if nothing had happened.</summary>
    public static async Task<IReadOnlyList<string>> JudgeNextBuildAsync(SmallProject project, BuiltState expected)
    {
        try
        {
            var state = await BuiltState.BuildAsync(project);
            var broken = new List<string>();
            if (state.Image != expected.Image) broken.Add($"the next build gives {state.Image} instead of {expected.Image}");
            if (state.Archive != expected.Archive) broken.Add("the next build gives another archive");
            broken.AddRange(await JudgeLayoutAsync(project, expected.Image));
            broken.AddRange(await VerifyAsync(project.Store));
            broken.AddRange(Sweep(project.Store));
            broken.AddRange(Directory.EnumerateFiles(project.Output, "*.new", SearchOption.AllDirectories).Select(f => $"'{f}' is left over"));
            return broken;
        }
        catch (Exception e) when (e is BuildException or IOException or UnauthorizedAccessException)
        {
            return [$"the next build fails: {e.Message}"];
        }
    }

    /// <summary>The layout is whole, and is one of these images.</summary>
    public static async Task<IReadOnlyList<string>> JudgeLayoutAsync(SmallProject project, params IReadOnlyList<Digest> images)
    {
        var layout = await LocalImages.OpenAsync(project.Layout, default);
        var broken = (await new ImageVerifier(layout.Source, 2).VerifyAsync(layout.Index, default)).Faults.Select(f => $"layout: {f.Where}: {f.Problem}").ToList();
        if (layout.Index.Manifests.Any(m => !images.Contains(m.Digest))) broken.Add("the layout holds another image");
        return broken;
    }

    public static async Task<IReadOnlyList<string>> VerifyAsync(string store) =>
        [.. (await new StoreVerifier(store, 2).VerifyAsync(repair: false, default)).Faults.Select(f => $"verify: {Path.GetRelativePath(store, f.File.Path)}: {f.Problem}")];

    /// <summary>A failure must have a code of ours, and one for want of room must say what is needed, what is free and what to do.</summary>
    public static string? JudgeError(string code, string message, bool full)
    {
        if (!code.StartsWith("MBK", StringComparison.Ordinal) || code is "MBK1030") return $"it fails in a way that nobody foresaw: {code} {message}";
        return full && s_advice.FirstOrDefault(a => !message.Contains(a, StringComparison.Ordinal)) is { } lacking ? $"its message lacks '{lacking}': {code} {message}" : null;
    }

    /// <summary>Collects what harmed builds left in a store; all that is still on its way then will stay there.</summary>
    public static IEnumerable<string> Sweep(string store)
    {
        new StoreCollector(store, new LaterTime()).Collect(new CollectionPolicy(), dryRun: false, default);
        var left = StoreInventory.Read(store);
        return left.Ingests.Concat(left.Leases).Concat(left.Staged).Select(f => $"'{f.Path}' is left over");
    }
}
