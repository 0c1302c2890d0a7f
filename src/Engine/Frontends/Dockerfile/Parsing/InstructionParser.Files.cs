using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>What brings files in.</summary>
internal sealed partial class InstructionParser
{
    private CopyInstruction? Copy()
    {
        var transfer = Transfer();
        var copy = new CopyInstruction
        {
            Name = Name, Keyword = Keyword, Text = Text, Range = Range,
            Sources = transfer.Sources, Heredocs = transfer.Heredocs, Destination = transfer.Destination ?? "",
            From = _flags.Text("from"),
            Chown = _flags.Text("chown"), Chmod = _flags.Text("chmod"), Link = _flags.Switch("link") ?? false, Excludes = ValuesOf("exclude"),
            Parents = _flags.Switch("parents") ?? false,
        };
        _flags.Finish();
        return transfer.Destination is null ? null : copy;
    }

    private AddInstruction? Add()
    {
        var transfer = Transfer();
        var add = new AddInstruction
        {
            Name = Name, Keyword = Keyword, Text = Text, Range = Range,
            Sources = transfer.Sources, Heredocs = transfer.Heredocs, Destination = transfer.Destination ?? "",
            Chown = _flags.Text("chown"), Chmod = _flags.Text("chmod"), Link = _flags.Switch("link") ?? false, Excludes = ValuesOf("exclude"),
            KeepGitDirectory = _flags.Switch("keep-git-dir"), Checksum = _flags.Text("checksum"), Unpack = _flags.Switch("unpack"),
        };
        _flags.Finish();
        return transfer.Destination is null ? null : add;
    }

    private (IReadOnlyList<string> Sources, IReadOnlyList<Heredoc> Heredocs, string? Destination) Transfer()
    {
        var words = List();
        if (words.Count < 2)
        {
            Fault(DockerfileCodes.Arguments, $"{Keyword.ToUpperInvariant()} lacks its {(words.Count == 0 ? "sources and its " : "")}destination; write what to copy and where to.");
            return ([], [], null);
        }
        if (HeredocWord.TryRead(words[^1].Text) is not null)
        {
            Fault(DockerfileCodes.Heredoc, $"The destination cannot be the document '{FaultList.Short(words[^1].Text)}'; write a path behind it.", words[^1]);
            return ([], [], null);
        }

        var sources = new List<string>();
        var heredocs = new List<Heredoc>();
        var read = _line.Heredocs.GroupBy(h => h.Name).ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);
        foreach (var word in words.SkipLast(1))
        {
            if (HeredocWord.TryRead(word.Text) is not { } announced) sources.Add(word.Text);
            else heredocs.Add(read.GetValueOrDefault(announced.Name, announced));
        }
        return (sources, heredocs, words[^1].Text);
    }
}
