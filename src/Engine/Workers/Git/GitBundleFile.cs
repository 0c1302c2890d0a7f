using System.Text;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Workers.Git;

/// <summary>Makes a bundle of one commit with its whole history (gitformat-bundle(5)), which any git can fetch from.</summary>
/// <remarks>The same commit gives the same bytes with the same git: packs are made by one thread, and of nothing that was packed before.</remarks>
internal sealed class GitBundleFile(GitRevision revision, string commit, SharedRepository repository, GitProgram git)
{
    /// <summary>What the file is called.</summary>
    public const string Name = "bundle";

    // Of a commit that only its id names; somebody who fetches has to be given a name.
    private const string DefaultRef = "refs/heads/main";

    /// <summary>The file, which is read from <see cref="SharedRepository.WorkFolder"/>.</summary>
    public async Task<TreeEntry> MakeAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(repository.WorkFolder);
        var objects = Encoding.UTF8.GetString(await RunAsync(["rev-list", "--objects", commit], "", cancellationToken).ConfigureAwait(false));
        if (revision.Id != commit) objects += revision.Id + "\n";
        await RunAsync(["pack-objects", "-q", "--threads=1", "--no-reuse-delta", "--no-reuse-object", Path.Combine(repository.WorkFolder, "pack")], objects, cancellationToken).ConfigureAwait(false);
        var path = Path.Combine(repository.WorkFolder, Name);
        var file = File.Create(path);
        await using (file.ConfigureAwait(false))
        {
            await file.WriteAsync(Encoding.UTF8.GetBytes(Header()), cancellationToken).ConfigureAwait(false);
            var pack = File.OpenRead(Directory.EnumerateFiles(repository.WorkFolder, "pack-*.pack").Single());
            await using var closed = pack.ConfigureAwait(false);
            await pack.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
        }
        return new TreeEntry
        {
            Path = Name, Type = TreeEntryType.File, Mode = 0b110_100_100, Size = new FileInfo(path).Length,
            Open = () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan),
        };
    }

    private string Header()
    {
        var format = commit.Length == 64 ? "# v3 git bundle\n@object-format=sha256\n" : "# v2 git bundle\n";
        return $"{format}{revision.Id} {(revision.Ref.StartsWith("refs/", StringComparison.Ordinal) ? revision.Ref : DefaultRef)}\n\n";
    }

    private async Task<byte[]> RunAsync(IReadOnlyList<string> arguments, string input, CancellationToken cancellationToken)
    {
        var output = await git.RunAsync(new GitCommand(arguments) { Folder = repository.Folder, Input = input, MostOutput = int.MaxValue / 2 }, cancellationToken).ConfigureAwait(false);
        return output.ExitCode == 0 ? output.Output : throw repository.Damaged(output.Error);
    }
}
