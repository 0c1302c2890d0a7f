using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Workers.Git;

/// <summary>What goes wrong with repositories, in words that help.</summary>
internal static class GitErrors
{
    public static WorkerException NoProgram() => new(WorkerException.NoGit, ErrorKind.FailedPrecondition,
        "A source of this build is a repository, and 'git' is in no folder of the PATH. Install the package 'git'.");

    public static WorkerException NoSshProgram() => new(WorkerException.NoGit, ErrorKind.FailedPrecondition,
        "A source of this build is fetched by ssh, and 'ssh' is in no folder of the PATH. Install the package 'openssh-client'.");

    public static WorkerException Failed(GitRemote remote, string said) => new(WorkerException.GitFailed, ErrorKind.Unavailable,
        $"The repository '{remote.Address}' cannot be fetched: {Last(said)}. {Hint(remote, said)}");

    public static WorkerException TooSlow(GitRemote remote) => new(WorkerException.GitFailed, ErrorKind.Unavailable,
        $"The repository '{remote.Address}' is not fetched in the time that it may take. Try again, or use another place.");

    public static WorkerException NoSuchRef(GitRemote remote, string reference) => new(WorkerException.NoSuchRef, ErrorKind.NotFound,
        $"{(reference.Length == 0 ? "The repository has no default branch" : $"The repository does not contain ref '{reference}'")}: '{remote.Address}'. Check the name of the branch, tag or commit.");

    public static WorkerException WrongCommit(string what, string wanted, params IEnumerable<string> found) => new(WorkerException.WrongChecksum, ErrorKind.FailedPrecondition,
        $"The commit of '{what}' is not the one that is wanted: expected checksum to match '{wanted}', and it is '{string.Join("' or '", found)}'. Look at what changed, then correct the checksum.");

    public static WorkerException NoFolder(GitRemote remote, string folder) => new(WorkerException.NoSuchFolder, ErrorKind.NotFound,
        $"The commit of '{remote.Address}' has no directory '{PlainText.Of(folder)}': links are not followed. Check the path.");

    public static WorkerException Unusable(GitRemote remote, string why) => new(WorkerException.TreeNotUsable, ErrorKind.Invalid,
        $"The commit of '{remote.Address}' cannot be a tree of an image: {why}. Use another commit, a directory of it, or skip its submodules.");

    // The last line is the reason, as a rule; what a server says of itself comes before.
    private static string Last(string said)
    {
        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var reason = lines.LastOrDefault(l => l.StartsWith("fatal:", StringComparison.Ordinal) || l.StartsWith("error:", StringComparison.Ordinal)) ?? lines.LastOrDefault() ?? "git says nothing";
        // Ssh tells its reason before git tells that there is none.
        if (lines.FirstOrDefault(l => l.StartsWith("Host key verification failed", StringComparison.Ordinal) || l.Contains("Permission denied", StringComparison.Ordinal)) is { } ssh) reason = ssh;
        return PlainText.Of(reason).TrimEnd('.');
    }

    private static string Hint(GitRemote remote, string said)
    {
        if (said.Contains("Host key verification failed", StringComparison.Ordinal)) return $"Give the source the keys of '{remote.Host}' (git.knownsshhosts), as 'ssh-keyscan' writes them and somebody you trust confirms.";
        if (remote.Scheme == "ssh") return "Check the address, and lend the SSH keys that may read it.";
        return said.Contains("terminal prompts disabled", StringComparison.Ordinal) || said.Contains("Authentication failed", StringComparison.Ordinal) || said.Contains("returned error: 403", StringComparison.Ordinal)
            ? $"Check the address, or lend a secret 'GIT_AUTH_TOKEN.{remote.Host}' that may read it."
            : "Check the address, your network and proxy.";
    }
}
