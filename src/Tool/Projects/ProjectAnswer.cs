using System.Text.Json;

namespace MsBuildKit.Tool.Projects;

/// <summary>What MSBuild says of a project.</summary>
internal sealed class ProjectAnswer(JsonElement answer)
{
    /// <summary>A property's value, or empty.</summary>
    public string Property(string name) => answer.GetProperty("Properties").TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    /// <summary>Whether a property is on, as MSBuild reads it.</summary>
    public bool IsOn(string name, bool byDefault = false) => Property(name).ToLowerInvariant() switch
    {
        "true" or "on" or "yes" or "1" or "enable" => true,
        "false" or "off" or "no" or "0" or "disable" => false,
        _ => byDefault,
    };

    /// <summary>The items of a type, in order.</summary>
    public IReadOnlyList<ProjectItem> Items(string type) =>
        answer.TryGetProperty("Items", out var items) && items.TryGetProperty(type, out var found) ? [.. found.EnumerateArray().Select(i => new ProjectItem(i))] : [];

    /// <summary>What stands before each item is.</summary>
    public IReadOnlyList<string> Names(string type) => [.. Items(type).Select(i => i.Name)];
}

/// <summary>An item.</summary>
internal sealed class ProjectItem(JsonElement item)
{
    public string Name => Text("Identity");

    /// <summary>Metadata, or empty.</summary>
    public string Text(string name)
    {
        foreach (var property in item.EnumerateObject())
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return property.Value.GetString() ?? "";
        return "";
    }

    /// <summary>Metadata with several values.</summary>
    public IReadOnlyList<string> List(string name) => Text(name).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
