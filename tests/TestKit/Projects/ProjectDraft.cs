using System.Xml.Linq;

namespace MsBuildKit.TestKit.Projects;

/// <summary>A project file in the making. Values are written as they would stand in the file, so <c>;</c> and <c>%</c> mean what they mean there.</summary>
public sealed class ProjectDraft(string? sdk)
{
    private readonly XElement _root = new("Project", sdk is null ? null : new XAttribute("Sdk", sdk));
    private readonly List<string> _cases = [];
    private string? _case;

    /// <summary>The names of the variants, in order.</summary>
    public IReadOnlyList<string> Cases => _cases;

    public ProjectDraft Property(string name, string value) => Add(new XElement("PropertyGroup", new XElement(name, value)));

    /// <summary>Properties as <c>name=value</c>.</summary>
    public ProjectDraft Properties(params string[] assignments)
    {
        foreach (var text in assignments) Property(text[..text.IndexOf('=')], text[(text.IndexOf('=') + 1)..]);
        return this;
    }

    public ProjectDraft Item(string type, string include, params (string Name, string Value)[] metadata) =>
        Add(new XElement("ItemGroup", new XElement(type, new XAttribute("Include", include), metadata.Select(m => new XElement(m.Name, m.Value)))));

    /// <summary>Anything else that may stand in a project.</summary>
    public ProjectDraft Xml(string element) => Add(XElement.Parse(element));

    /// <summary>A variant, with an output folder of its own: what <paramref name="edit"/> adds holds only where the property <c>Case</c> is its name.</summary>
    public ProjectDraft Case(string name, Action<ProjectDraft> edit)
    {
        _cases.Add(name);
        _case = name;
        Property("ContainerOutputDirectory", $"$(MSBuildThisFileDirectory)bin/cases/{name}");
        edit(this);
        _case = null;
        return this;
    }

    public override string ToString() => _root.ToString();

    private ProjectDraft Add(XElement element)
    {
        if (_case is not null) element.SetAttributeValue("Condition", $"'$(Case)' == '{_case}'");
        _root.Add(element);
        return this;
    }
}
