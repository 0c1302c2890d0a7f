using System.Text.RegularExpressions;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Projects;

/// <summary>What of a project makes no image, gathered to be told at once.</summary>
internal sealed partial class RecipeFaults(string project)
{
    private readonly List<string> _texts = [];

    public void Add(string subject, string text) => _texts.Add($"{subject}: {text}");

    /// <summary>Throws MBK2306 when there are any.</summary>
    public void Throw()
    {
        if (_texts.Count > 0)
            throw new ToolException(ToolException.NoRecipe, ErrorKind.Invalid, $"No Dockerfile can be written for '{project}'. {string.Join(" ", _texts.Distinct())}");
    }

    /// <summary>A value that has one of a few forms, or <c>null</c> when it is empty or none of them.</summary>
    public string? Checked(string subject, string value, Regex form)
    {
        if (value.Length == 0 || form.IsMatch(value)) return value.Length == 0 ? null : value;
        Add(subject, $"'{value}' is none. Correct it.");
        return null;
    }

    [GeneratedRegex(@"^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,31}(:[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,31})?\z")]
    public static partial Regex User();

    [GeneratedRegex(@"^[a-zA-Z_][a-zA-Z0-9_]*\z")]
    public static partial Regex Variable();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}\z")]
    public static partial Regex Id();

    [GeneratedRegex(@"^(?:SIG[A-Z0-9+-]{1,12}|[1-9][0-9]?)\z")]
    public static partial Regex Signal();

    [GeneratedRegex(@"^[0-7]{1,5}\z")]
    public static partial Regex Mode();

    [GeneratedRegex(@"^/[^\p{Cc}]*\z")]
    public static partial Regex AbsolutePath();
}
