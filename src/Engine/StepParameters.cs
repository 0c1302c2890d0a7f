using System.Globalization;
using MsBuildKit.Engine.Frontends.Project;

namespace MsBuildKit.Engine;

/// <summary>What provenance tells of steps: their metadata as a project would write it, under <c>ContainerRun.NAME.METADATA</c>. Of secrets and
/// keys the ids, and no folder of this machine.</summary>
internal static class StepParameters
{
    public static IEnumerable<KeyValuePair<string, string>> Of(ProjectImage image)
    {
        yield return new("ContainerRun", ParameterText.List(image.Steps.Select(s => s.Name)));
        foreach (var step in image.Steps)
            foreach (var (name, value) in Of(step).Where(p => p.Value.Length > 0))
                yield return new($"ContainerRun.{step.Name}.{name}", value);
        yield return new("ContainerSecret", ParameterText.List(image.Steps.SelectMany(s => s.Secrets).Select(s => s.Id).Distinct().Order(StringComparer.Ordinal)));
        yield return new("ContainerSsh", ParameterText.List(image.Steps.SelectMany(s => s.Ssh).Distinct().Order(StringComparer.Ordinal)));
        yield return new("ContainerContext", ParameterText.List(image.Contexts.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => c.Value is RegistryBase registry ? $"{c.Key}=docker-image://{registry.Reference}" : c.Key)));
    }

    private static IEnumerable<KeyValuePair<string, string>> Of(ProjectStep step)
    {
        yield return new("Command", step.Command ?? "");
        yield return new("Script", step.Script?.Path ?? "");
        yield return new("Stage", step.Stage.ToString());
        yield return new("User", step.User);
        yield return new("WorkingDirectory", step.WorkingDirectory ?? "");
        yield return new("Environment", ParameterText.Pairs(step.Environment));
        yield return new("CacheMounts", ParameterText.List(step.Mounts.OfType<StepCache>().Select(m => $"{m.Target},id={m.Id},sharing={m.Sharing.ToString().ToLowerInvariant()}")));
        yield return new("TmpfsMounts", ParameterText.List(step.Mounts.OfType<StepMemory>().Select(m => m.Size == 0 ? m.Target : string.Create(CultureInfo.InvariantCulture, $"{m.Target},size={m.Size}"))));
        yield return new("BindMounts", ParameterText.List(step.Mounts.Select(Bind).OfType<string>()));
        yield return new("Secrets", ParameterText.List(step.Secrets.Select(Secret)));
        yield return new("Ssh", ParameterText.List(step.Ssh));
        yield return new("Network", step.Network == StepNetwork.Default ? "" : step.Network.ToString().ToLowerInvariant());
    }

    private static string? Bind(StepMount mount) => mount switch
    {
        TreeMount tree => $"target={tree.Target},source={tree.Source}{(tree.From is null ? "" : $",from={tree.From}")}{(tree.Writable ? ",rw" : "")}",
        ImageMount other => $"target={other.Target},source={other.Selector},from={other.Context}{(other.Writable ? ",rw" : "")}",
        _ => null,
    };

    private static string Secret(StepSecret secret) =>
        secret.Id + (secret.Target is null ? "" : $",target={secret.Target}") + (secret.Variable is null ? "" : $",env={secret.Variable}") + (secret.Required ? ",required" : "");
}
