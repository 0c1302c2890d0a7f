using System.Text;
using System.Text.Json;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;

/// <summary><c>frontend.subrequests.describe</c>: which questions are answered.</summary>
public static class DescribeSubrequest
{
    /// <summary>Lists them.</summary>
    public static SubrequestResult Answer() => new(SubrequestJson.Write(Write), Text());

    private static void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var subrequest in KnownSubrequests.All)
        {
            json.WriteStartObject();
            json.WriteString("name", subrequest.Name);
            json.WriteString("version", subrequest.Version);
            json.WriteString("type", "rpc");
            json.WriteString("description", subrequest.Description);
            WriteNamed("opts", subrequest.Options);
            WriteNamed("inputs", []);
            WriteNamed("metadata", subrequest.Metadata.Select(name => KeyValuePair.Create(name, "")));
            WriteNamed("refs", []);
            json.WriteEndObject();
        }
        json.WriteEndArray();

        void WriteNamed(string list, IEnumerable<KeyValuePair<string, string>> items) => json.WriteList(list, items, item =>
        {
            json.WriteString("name", item.Key);
            json.WriteString("description", item.Value);
        });
    }

    private static string Text()
    {
        var columns = new TextColumns(gap: 1).Add("NAME", "VERSION", "DESCRIPTION");
        foreach (var subrequest in KnownSubrequests.All) columns.Add(subrequest.Name["frontend.".Length..], subrequest.Version, subrequest.Description);
        var text = new StringBuilder();
        columns.Write(text);
        return text.ToString();
    }
}
