using System.Text;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;

/// <summary><c>frontend.targets</c>: the stages of a Dockerfile, every one of which can be built.</summary>
public static class TargetsSubrequest
{
    /// <summary>Lists them. Nothing is expanded: bases and platforms are as they are written.</summary>
    /// <exception cref="DockerfileException">The Dockerfile has faults.</exception>
    public static SubrequestResult Answer(ParsedDockerfile file)
    {
        var targets = file.OrThrow().Stages.Select(Target.Of).ToList();
        if (targets.Count > 0) targets[^1] = targets[^1] with { IsDefault = true };
        return new SubrequestResult(Json(file, targets), Text(targets));
    }

    private static string Json(ParsedDockerfile file, IReadOnlyList<Target> targets) => SubrequestJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteList("targets", targets, target =>
        {
            json.WriteFilled("name", target.Name);
            json.WriteTrue("default", target.IsDefault);
            json.WriteFilled("description", target.Description);
            json.WriteFilled("base", target.Base);
            json.WriteFilled("platform", target.Platform);
            json.WriteLocation(target.Range);
        });
        json.WriteSources(file);
        json.WriteEndObject();
    });

    private static string Text(IReadOnlyList<Target> targets)
    {
        var columns = new TextColumns(gap: 1).Add("TARGET", "DESCRIPTION");
        foreach (var target in targets) columns.Add(target.Title, target.Description);
        var text = new StringBuilder();
        columns.Write(text);
        return text.ToString();
    }

    private sealed record Target(string Name, string Description, string Base, string? Platform, TextRange Range, bool IsDefault = false)
    {
        public string Title => (Name, IsDefault) switch { ("", true) => "(default)", (_, true) => Name + " (default)", _ => Name };

        public static Target Of(Stage stage)
        {
            var name = stage.From.StageName?.ToLowerInvariant() ?? "";
            return new Target(name, Descriptions.Of(stage.From, name), stage.From.Image, stage.From.Platform, stage.From.Range);
        }
    }
}
