using System.Text;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;

/// <summary><c>frontend.lint</c>: what checks found in a Dockerfile, and what keeps it from being built.</summary>
/// <remarks>Unlike BuildKit's, the text has the error too, after the warnings.</remarks>
public static class LintSubrequest
{
    /// <summary>Reports them. The status is 1 when there is anything.</summary>
    /// <param name="file">The Dockerfile.</param>
    /// <param name="warnings">What checks found, in the order of the text.</param>
    /// <param name="error">Why it cannot be built, or <c>null</c>.</param>
    public static SubrequestResult Answer(ParsedDockerfile file, IReadOnlyList<LintWarning> warnings, DockerfileException? error = null) =>
        new(Json(file, warnings, error), Text(file, warnings, error), warnings.Count > 0 || error is not null ? 1 : 0);

    private static string Json(ParsedDockerfile file, IReadOnlyList<LintWarning> warnings, DockerfileException? error) => SubrequestJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteList("warnings", warnings, warning =>
        {
            json.WriteString("ruleName", warning.Rule.Name);
            json.WriteFilled("description", warning.Rule.Description);
            json.WriteFilled("url", warning.Rule.Url);
            json.WriteFilled("detail", warning.Message);
            json.WriteLocation(warning.Range);
        });
        json.WriteList("sources", [file], source =>
        {
            json.WriteString("filename", source.File);
            json.WriteBase64String("data", Encoding.UTF8.GetBytes(source.Text));
            json.WriteString("language", "Dockerfile");
        });
        if (error is not null)
        {
            json.WriteStartObject("buildError");
            json.WriteString("message", error.Message);
            json.WriteLocation(error.Faults[0].Range);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    });

    private static string Text(ParsedDockerfile file, IReadOnlyList<LintWarning> warnings, DockerfileException? error)
    {
        var text = new StringBuilder();
        foreach (var warning in warnings)
        {
            text.Append("\nWARNING: ").Append(warning.Rule.Name);
            if (warning.Rule.Url.Length > 0) text.Append(" - ").Append(warning.Rule.Url);
            text.Append('\n').Append(warning.Message).Append('\n').Append(SourceExcerpt.Of(file.File, file.Text, warning.Range));
        }
        foreach (var fault in error?.Faults ?? [])
            text.Append("\nERROR: ").Append(fault.Message).Append('\n').Append(SourceExcerpt.Of(file.File, file.Text, fault.Range));
        return text.ToString();
    }
}
