using System.CommandLine;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>--format</c>, and <c>--json</c> for short.</summary>
internal sealed class FormatOptions
{
    private readonly Option<string> _format = new Option<string>("--format")
    {
        Description = "How to print.",
        HelpName = "text|json",
        DefaultValueFactory = _ => "text",
    }.AcceptOnlyFromAmong("text", "json");

    private readonly Option<bool> _json = new("--json") { Description = "The same as --format json." };

    public void AddTo(Command command)
    {
        command.Options.Add(_format);
        command.Options.Add(_json);
    }

    public bool IsJson(ParseResult result) => result.GetValue(_json) || result.GetValue(_format) == "json";
}
