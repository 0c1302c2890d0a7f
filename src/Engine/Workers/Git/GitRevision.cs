using System.Text;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Workers.Git;

/// <summary>What a ref points at.</summary>
/// <param name="Id">A commit, or an annotated tag.</param>
/// <param name="Commit">The commit that the tag stands for, or <paramref name="Id"/> when it is one or nobody knows yet.</param>
/// <param name="Ref">The full name, or empty for what was named by its id.</param>
internal sealed record GitRevision(string Id, string Commit, string Ref)
{
    /// <summary>Asks a repository, unless the source says it all. Throws MBK2022, MBK2029, MBK2030.</summary>
    public static async Task<GitRevision> FindAsync(GitSource source, GitConversation conversation, CancellationToken cancellationToken)
    {
        if (GitRef.IsId(source.Ref)) return new(source.Ref, source.Ref, "");
        if (source.FetchByCommit) return new(source.Checksum, source.Checksum, source.Ref.Length == 0 || source.Ref.StartsWith("refs/", StringComparison.Ordinal) ? source.Ref : "refs/heads/" + source.Ref);
        var found = source.Ref.Length == 0
            ? FindDefault(await ListAsync(source, conversation, ["ls-remote", "--symref"], ["HEAD"], cancellationToken).ConfigureAwait(false))
            : Find(source.Ref, await ListAsync(source, conversation, ["ls-remote"], [source.Ref, source.Ref + "^{}"], cancellationToken).ConfigureAwait(false));
        if (found is null || !GitRef.IsId(found.Id) || !GitRef.IsId(found.Commit)) throw GitErrors.NoSuchRef(source.Remote, source.Ref);
        if (!found.Id.StartsWith(source.Checksum, StringComparison.Ordinal) && !found.Commit.StartsWith(source.Checksum, StringComparison.Ordinal))
            throw GitErrors.WrongCommit(source.Remote.Address, source.Checksum, new[] { found.Id, found.Commit }.Distinct());
        return found;
    }

    /// <summary>What a name means in a list of refs; <c>null</c> for nothing. A branch comes before a tag of the same name, as for git itself.</summary>
    public static GitRevision? Find(string wanted, List<(string Left, string Name)> lines)
    {
        foreach (var name in new[] { "refs/" + Strip(wanted, "refs/"), "refs/heads/" + Strip(wanted, "refs/heads/"), "refs/tags/" + Strip(wanted, "refs/tags/") })
            if (lines.Find(l => l.Name == name).Left is { } id)
                return new GitRevision(id, lines.Find(l => l.Name == name + "^{}").Left ?? id, name);
        return null;
    }

    private static async Task<List<(string Left, string Name)>> ListAsync(GitSource source, GitConversation conversation, string[] command, string[] patterns, CancellationToken cancellationToken)
    {
        var output = await conversation.RunAsync(source.Remote, address => new GitCommand([.. command, "--", address, .. patterns]), cancellationToken).ConfigureAwait(false);
        if (output.ExitCode != 0) throw GitErrors.Failed(source.Remote, output.Error);
        return [.. Encoding.UTF8.GetString(output.Output).Split('\n').Select(l => l.Split('\t')).Where(l => l.Length == 2).Select(l => (l[0], l[1]))];
    }

    // What a repository says of itself is only a name here, and never an argument: GHSA-hw3h-2gp9-cxpv.
    private static GitRevision? FindDefault(List<(string Left, string Name)> lines)
    {
        var name = lines.Where(l => l.Name == "HEAD" && l.Left.StartsWith("ref: refs/heads/", StringComparison.Ordinal)).Select(l => l.Left[5..]).FirstOrDefault() ?? "";
        var id = lines.Where(l => l.Name == "HEAD" && GitRef.IsId(l.Left)).Select(l => l.Left).FirstOrDefault();
        return id is null ? null : new GitRevision(id, id, GitRef.IsName(name) ? name : "");
    }

    private static string Strip(string text, string beginning) => text.StartsWith(beginning, StringComparison.Ordinal) ? text[beginning.Length..] : text;
}
