using System.CommandLine;
using System.CommandLine.Parsing;
using MsBuildKit.Engine.Content;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>--filter</c>: what may be removed at all.</summary>
internal static class FilterOption
{
    private const string Description =
        "Spare what does not fit: type=blob|record|facts|snapshot|cache|failed|leftover, digest=PREFIX, unused-for=AGE, or unreferenced (blobs that no record refers to). "
        + "Given more than once, all must fit; of types and of digests, one. Without a limit, all that fits goes.";

    public static Option<CollectionFilter?> Create() =>
        new("--filter", "-f") { Description = Description, HelpName = "FILTER", Arity = ArgumentArity.OneOrMore, CustomParser = Parse };

    private static CollectionFilter? Parse(ArgumentResult result)
    {
        var filter = CollectionFilter.Anything;
        foreach (var token in result.Tokens)
        {
            if (Add(filter, token.Value) is { } more)
            {
                filter = more;
                continue;
            }
            result.AddError($"'{token.Value}' is no filter. Write type=blob, type=record, type=facts, type=snapshot, type=cache, type=failed, type=git, type=leftover, digest=PREFIX, unused-for=7d or unreferenced.");
            return null;
        }
        return filter;
    }

    private static CollectionFilter? Add(CollectionFilter filter, string text) => text.Split('=', 2) switch
    {
        ["unreferenced"] => filter with { Unreferenced = true },
        ["type", var name] when KindOf(name) is { } kind => filter with { Kinds = [.. filter.Kinds, kind] },
        ["digest", { Length: > 0 } prefix] => filter with { DigestPrefixes = [.. filter.DigestPrefixes, prefix] },
        ["unused-for", var span] when Age.TryParse(span, out var age) => filter with { UnusedFor = age },
        _ => null,
    };

    private static CollectedKind? KindOf(string name) => name switch
    {
        "blob" => CollectedKind.Blob,
        "record" => CollectedKind.Record,
        "facts" => CollectedKind.Facts,
        "snapshot" => CollectedKind.Snapshot,
        "cache" => CollectedKind.Cache,
        "failed" => CollectedKind.Failed,
        "git" => CollectedKind.Repository,
        "leftover" => CollectedKind.Leftover,
        _ => null,
    };
}
