using System.Text;
using System.Text.Json;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Frontends.Dockerfile.Subrequests.Outlining;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;

/// <summary><c>frontend.outline</c>: what a target can be given. No image is looked at.</summary>
/// <remarks>Unlike BuildKit's it has caches too.</remarks>
public static class OutlineSubrequest
{
    private const int Gap = 3;

    /// <summary>Describes the request's target, with the values that the request gives.</summary>
    /// <exception cref="DockerfileException">The Dockerfile has faults, or no such target.</exception>
    public static SubrequestResult Answer(ParsedDockerfile file, DockerfileRequest request)
    {
        var outline = new OutlineReader(file.OrThrow(), request).Read();
        return new SubrequestResult(SubrequestJson.Write(json => Write(json, file, outline)), Text(outline));
    }

    private static void Write(Utf8JsonWriter json, ParsedDockerfile file, Outline outline)
    {
        json.WriteStartObject();
        json.WriteFilled("name", outline.Name);
        json.WriteFilled("description", outline.Description);
        WriteUnlessEmpty("args", outline.Args, arg =>
        {
            json.WriteString("name", arg.Name);
            json.WriteFilled("description", arg.Description);
            json.WriteFilled("value", arg.Value);
            json.WriteLocation(arg.Range);
        });
        WriteUnlessEmpty("secrets", outline.Secrets, WriteMount);
        WriteUnlessEmpty("ssh", outline.Ssh, WriteMount);
        WriteUnlessEmpty("cache", outline.Caches, cache =>
        {
            json.WriteString("ID", cache.Id);
            json.WriteLocation(cache.Range);
        });
        json.WriteSources(file);
        json.WriteEndObject();

        void WriteUnlessEmpty<T>(string name, IReadOnlyList<T> items, Action<T> write)
        {
            if (items.Count > 0) json.WriteList(name, items, write);
        }

        void WriteMount(OutlineMount mount)
        {
            json.WriteString("name", mount.Id);
            json.WriteTrue("required", mount.Required);
            json.WriteLocation(mount.Range);
        }
    }

    private static string Text(Outline outline)
    {
        var text = new StringBuilder();
        if (outline.Name.Length > 0)
        {
            var head = new TextColumns(gap: 1).Add("TARGET:", outline.Name);
            if (outline.Description.Length > 0) head.Add("DESCRIPTION:", outline.Description);
            Section(text, head);
        }
        if (outline.Args.Count > 0) Section(text, Rows(["BUILD ARG", "VALUE", "DESCRIPTION"], outline.Args.Select(a => new[] { a.Name, a.Value ?? "", a.Description })));
        if (outline.Secrets.Count > 0) Section(text, Rows(["SECRET", "REQUIRED"], outline.Secrets.Select(Mount)));
        if (outline.Ssh.Count > 0) Section(text, Rows(["SSH", "REQUIRED"], outline.Ssh.Select(Mount)));
        if (outline.Caches.Count > 0) Section(text, Rows(["CACHE"], outline.Caches.Select(c => new[] { c.Id })));
        return text.ToString();
    }

    private static string[] Mount(OutlineMount mount) => [mount.Id, mount.Required ? "true" : ""];

    private static TextColumns Rows(string[] headings, IEnumerable<string[]> rows) =>
        rows.Aggregate(new TextColumns(Gap).Add(headings), (columns, row) => columns.Add(row));

    private static void Section(StringBuilder text, TextColumns columns)
    {
        columns.Write(text);
        text.Append('\n');
    }
}
