using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;

namespace Partsfile;

/// <summary>Turns parts into operations of LLB. Nothing runs here: whoever builds runs what the image needs, and only what it has not run before.</summary>
internal sealed class ImagePlanner(Builder builder, BuildOptions options)
{
    private LlbState _files = LlbState.Scratch;
    private ImageConfig _image = new() { Architecture = "amd64", Os = "linux", Config = new ContainerConfig() };

    public async Task<PlannedImage> PlanAsync(IReadOnlyList<Part> parts)
    {
        foreach (var part in parts) await AddAsync(part);
        return new PlannedImage(_files, _image);
    }

    private async Task AddAsync(Part part)
    {
        var words = part.Words.Select(Expand).ToList();
        var title = $"[{part.Line}] {part.Kind} {string.Join(' ', words)}";
        switch (part.Kind)
        {
            case "base" when words[0] == "scratch":
                break;
            case "base":
                (_files, _image) = await builder.FindImageAsync(words[0], title);
                break;
            case "copy":
                _files = _files.File(title, FileStep.Copy(Context(words[0]), "/" + words[0], words[1], new CopyOptions { CreateDestination = true, AllowWildcard = true }));
                break;
            case "run":
                _files = _files.Run(new ExecOptions { Args = words, Environment = Settings.Env ?? [] }, Platform.LinuxAmd64, title).Root;
                break;
            case "env":
                Change(c => c with { Env = [.. (c.Env ?? []).Where(e => !e.StartsWith(words[0] + "=", StringComparison.Ordinal)), $"{words[0]}={words[1]}"] });
                break;
            case "start":
                Change(c => c with { Entrypoint = words });
                break;
        }
    }

    // Only what is copied is sent.
    private static LlbState Context(string path) => LlbState.Local("context", new LocalSourceOptions { FollowPaths = [path], SharedKeyHint = "context" }, "load the context");

    private ContainerConfig Settings => _image.Config ?? new ContainerConfig();

    private void Change(Func<ContainerConfig, ContainerConfig> change) => _image = _image with { Config = change(Settings) };

    // ${NAME} is an argument of the build.
    private string Expand(string word) => options.Arguments.Aggregate(word, (text, argument) => text.Replace($"${{{argument.Key}}}", argument.Value, StringComparison.Ordinal));
}
