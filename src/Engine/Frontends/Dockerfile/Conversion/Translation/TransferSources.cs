using System.Text;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Llb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion.Translation;

/// <summary>The copies that <c>COPY</c> and <c>ADD</c> come to, one for each source.</summary>
internal static class TransferSources
{
    private const string NoName = "__unnamed__";
    private const int DocumentMode = 0b110_100_100;

    /// <summary>The copies, in order.</summary>
    /// <param name="transfer">What is copied.</param>
    /// <param name="from">Where paths are.</param>
    /// <param name="destination">Absolute.</param>
    /// <param name="name">What people are shown of sources that are fetched.</param>
    public static IEnumerable<FileStep> Read(Transfer transfer, LlbState from, string destination, string name) =>
        transfer.Sources.Select(s => Read(transfer, s, from, destination, name)).Concat(transfer.Documents.Select(d => Read(transfer, d, destination)));

    /// <summary>An address of http or https, be it of a file or of a repository.</summary>
    public static bool IsWebAddress(string source) =>
        source.StartsWith("http://", StringComparison.Ordinal) || source.StartsWith("https://", StringComparison.Ordinal);

    /// <summary>It is fetched from a web server or a repository.</summary>
    public static bool IsRemote(string source) => IsWebAddress(source) || FindRepository(source) is not null;

    private static FileStep Read(Transfer transfer, string source, LlbState from, string destination, string name)
    {
        if (FindRepository(source) is { } repository) return OfRepository(transfer, source, repository, destination, name);
        return IsWebAddress(source) ? OfWeb(transfer, source, destination, name) : OfTree(transfer, source, from, destination);
    }

    private static GitReference? FindRepository(string source)
    {
        if (GitReference.TryParse(source, out var reference, out var why)) return reference.IsLikeFolder ? null : reference;
        return why is null ? null : throw new Fault(FaultCodes.BadGitAddress, $"'{SourceAddress.WithoutCredentials(source)}' is not an address of a repository: {why}. Correct it.");
    }

    private static FileStep OfRepository(Transfer transfer, string source, GitReference repository, string destination, string name)
    {
        RequireAdd(transfer, source);
        var (keeps, checksum) = (repository.KeepsGitDirectory, repository.Options.Checksum);
        if (keeps is not null && transfer.KeepsGitDirectory is { } wanted && wanted != keeps)
            throw new Fault(FaultCodes.BadCopy, "'--keep-git-dir' and the address of the repository contradict each other. Keep one of them.");
        if (checksum.Length > 0 && transfer.Checksum is { } other && other != checksum)
            throw new Fault(FaultCodes.BadCopy, $"'--checksum={other}' and the checksum '{checksum}' of the address contradict each other. Keep one of them.");
        // Like BuildKit's ADD, which leaves the times of files alone.
        var options = repository.Options with
        {
            KeepGitDirectory = keeps ?? transfer.KeepsGitDirectory ?? false, Checksum = checksum.Length > 0 ? checksum : transfer.Checksum ?? "",
            CommitTimes = false, CheckoutTimes = false,
        };
        return FileStep.Copy(LlbState.Git(repository.Remote, options, name), "/", destination, transfer.Options);
    }

    private static FileStep OfWeb(Transfer transfer, string url, string destination, string name)
    {
        RequireAdd(transfer, url);
        var file = Uri.TryCreate(url, UriKind.Absolute, out var address) ? UnixPath.Base(Uri.UnescapeDataString(address.AbsolutePath)) : NoName;
        if (file is "." or "/") file = NoName;
        Digest? checksum = null;
        if (transfer.Checksum is { } text)
            checksum = Digest.TryParse(text, out var digest) ? digest : throw new Fault(FaultCodes.BadCopy, $"'--checksum={text}' is not a digest. Write it as 'sha256:' and 64 hexadecimal digits.");
        var tree = LlbState.Http(url, new HttpSourceOptions { FileName = file, Checksum = checksum }, name);
        var unpacks = (transfer.Instruction as AddInstruction)?.Unpack ?? false;
        return FileStep.Copy(tree, UnixPath.Join("/", file), destination, transfer.Options with { Unpack = unpacks });
    }

    private static FileStep OfTree(Transfer transfer, string source, LlbState from, string destination)
    {
        var options = transfer.Options with
        {
            FollowSymlink = true, ContentsOnly = true, AllowWildcard = true, AllowEmptyWildcard = true,
            Unpack = transfer.IsAdd && ((transfer.Instruction as AddInstruction)?.Unpack ?? true),
        };
        if (transfer.Instruction is not CopyInstruction { Parents: true }) return FileStep.Copy(from, UnixPath.Clean("/" + source), destination, options);
        // What stands before the pivot is where the kept part begins.
        var pivot = source.IndexOf("/./", StringComparison.Ordinal);
        var (start, rest) = pivot < 0 ? ("/", source) : (source[..pivot], source[(pivot + 3)..]);
        var pattern = UnixPath.IsAbsolute(rest) ? rest[1..] : UnixPath.Join("/", rest)[1..];
        options = options with
        {
            Include = [pattern],
            RequiredPaths = HasWildcard(start) || HasWildcard(pattern) ? [] : [UnixPath.Clean("/" + UnixPath.Join(start, pattern))],
        };
        return FileStep.Copy(from, UnixPath.Clean("/" + start), destination, options);
    }

    private static FileStep Read(Transfer transfer, Heredoc document, string destination)
    {
        var path = UnixPath.Join("/", document.Name);
        var file = LlbState.Scratch.File("[internal] preparing inline document", FileStep.MakeFile(path, DocumentMode, Encoding.UTF8.GetBytes(document.Content)));
        return FileStep.Copy(file, path, destination, transfer.Options);
    }

    private static void RequireAdd(Transfer transfer, string source)
    {
        if (!transfer.IsAdd) throw new Fault(FaultCodes.BadCopy, $"COPY does not fetch '{SourceAddress.WithoutCredentials(source)}'. Use ADD.");
    }

    private static bool HasWildcard(string path)
    {
        for (var i = 0; i < path.Length; i++)
            if (path[i] == '\\') i++;
            else if (path[i] is '*' or '?' or '[') return true;
        return false;
    }
}
