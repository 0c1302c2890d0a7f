using Microsoft.Build.Framework;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Tasks;

/// <summary>Reads what a step may use of what the caller keeps to itself: <c>Secrets</c> and <c>Ssh</c>, by the ids of
/// <c>ContainerSecret</c> and <c>ContainerSsh</c>.</summary>
internal sealed class StepSecretFactory(BuildImageParameters parameters, Problems problems)
{
    private static readonly string[] s_words = ["target=", "env=", "required"];

    public IReadOnlyList<StepSecret> CreateSecrets(ITaskItem item)
    {
        var secrets = new List<StepSecret>();
        foreach (var text in MetadataList.Of(item, "Secrets"))
            if (MountWords.Parse(text, s_words, out var fault) is not { } words) Refuse(item, "Secrets", text, fault + ". Leave that out.");
            else if (!IsLent(parameters.Secrets, words.First)) Refuse(item, "Secrets", text, "begins with no id of a ContainerSecret. Add one that says where the secret is.");
            else if (words.Has("target") && StepMountFactory.FindTarget(words.Value("target")) is null) Refuse(item, "Secrets", text, "has a target that is no absolute path in the image. Write one such as target=/run/secrets/token.");
            else if (words.Has("env") && !ImageFactory.IsVariable(words.Value("env"))) Refuse(item, "Secrets", text, "has an env that is no name of a variable. Use letters, digits and '_', not starting with a digit.");
            else secrets.Add(Create(words));
        foreach (var twice in secrets.Where(s => s.Variable is not null).GroupBy(s => s.Variable, StringComparer.Ordinal).Where(g => g.Count() > 1))
            problems.Add(Problem.Secret, "ContainerRun", $"Secrets of '{item.ItemSpec}' has two for the variable '{twice.Key}'. Keep one.", item);
        return secrets;
    }

    public IReadOnlyList<string> CreateSsh(ITaskItem item)
    {
        var ids = MetadataList.Of(item, "Ssh");
        foreach (var id in ids.Where(i => !IsLent(parameters.Ssh, i)))
            Refuse(item, "Ssh", id, "is no id of a ContainerSsh. Add one, such as <ContainerSsh Include=\"default\" /> for the agent of your environment.");
        return [.. ids.Distinct(StringComparer.Ordinal)];
    }

    // As a variable only, when nothing says that it is a file too.
    private static StepSecret Create(MountWords words) => new(
        words.First,
        words.Has("target") ? StepMountFactory.FindTarget(words.Value("target")) : words.Has("env") ? null : "/run/secrets/" + words.First,
        words.Has("env") ? words.Value("env") : null,
        words.Has("required"));

    private static bool IsLent(IReadOnlyList<ITaskItem> items, string id) => LentId.IsValid(id) && items.Any(i => i.ItemSpec == id);

    private void Refuse(ITaskItem item, string metadata, string text, string fault) =>
        problems.Add(Problem.Secret, "ContainerRun", $"{metadata} '{text}' of '{item.ItemSpec}' {fault}", item);
}
