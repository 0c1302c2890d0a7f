using System.Diagnostics.CodeAnalysis;

namespace MsBuildKit.Engine.Llb;

/// <summary>A repository as people name it where a file or folder could stand too: a Dockerfile's <c>ADD</c>, a build's context.</summary>
/// <param name="Remote">What <see cref="LlbState.Git"/> takes.</param>
/// <param name="Options">The commit, the folder and all else that the text asks for.</param>
/// <remarks>Which commit and folder stand in a fragment, <c>url#ref:folder</c>, or in a query, <c>url?branch=main&amp;subdir=src</c> (see
/// <see cref="GitQuery"/>). An address of http or https is a repository only when its path ends in <c>.git</c>.</remarks>
public sealed record GitReference(string Remote, GitSourceOptions Options)
{
    private const string Ambiguous = "github.com/";

    /// <summary>Whether <c>.git</c> is kept, or <c>null</c> when nothing was said.</summary>
    public bool? KeepsGitDirectory { get; init; }

    /// <summary>Whether submodules are taken, or <c>null</c> when nothing was said.</summary>
    public bool? TakesSubmodules { get; init; }

    /// <summary>A folder could have this name (<c>github.com/...</c>). Only contexts may be written so.</summary>
    public bool IsLikeFolder => Remote.StartsWith(Ambiguous, StringComparison.Ordinal);

    /// <summary>What is fetched can be read and changed on the way (<c>http</c>, <c>git</c>).</summary>
    public bool IsUnencrypted { get; init; }

    /// <summary>Reads the text. What is no repository at all is not an error: then <paramref name="fault"/> is <c>null</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="reference">What it says.</param>
    /// <param name="fault">What is wrong with the query of a repository, without a full stop.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out GitReference? reference, out string? fault)
    {
        (reference, fault) = (null, null);
        var isLikeFolder = text.StartsWith(Ambiguous, StringComparison.Ordinal);
        if (GitAddress.Parse(isLikeFolder ? "https://" + text : text) is not { } address) return false;
        if (!isLikeFolder && address.Scheme is "http" or "https" && !address.Path.EndsWith(".git", StringComparison.Ordinal)) return false;
        var query = new GitQuery(address);
        if (query.Faults.Count > 0)
        {
            fault = string.Join("; ", query.Faults);
            return false;
        }
        reference = new GitReference(isLikeFolder ? address.Remote["https://".Length..] : address.Remote, query.Options)
        {
            KeepsGitDirectory = query.KeepsGitDirectory, TakesSubmodules = query.TakesSubmodules, IsUnencrypted = address.Scheme is "http" or "git",
        };
        return true;
    }
}
