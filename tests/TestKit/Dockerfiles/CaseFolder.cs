using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.TestKit.Dockerfiles;

/// <summary>A case on disk, ready for a builder.</summary>
/// <param name="Path">Has the Dockerfile, the folder <c>context</c> and what else the case has.</param>
/// <param name="Dockerfile">The file's full path.</param>
/// <param name="Check">The Dockerfile that runs the case's command too, or <c>null</c>.</param>
/// <param name="Options">The case's, filled in, without <c>-f</c>.</param>
public sealed record CaseFolder(string Path, string Dockerfile, string? Check, IReadOnlyList<string> Options)
{
    private const string FileOption = "-f ";

    public string Context => System.IO.Path.Combine(Path, "context");

    /// <summary>Writes the case into a folder that is not there yet.</summary>
    public static CaseFolder Write(DockerfileCase test, DockerfileGround ground, string path)
    {
        foreach (var (name, entries) in test.Folders) WriteFolder(entries, System.IO.Path.Combine(path, name));
        var options = test.Options.Select(o => ground.Fill(o).Replace("{folder}", path, StringComparison.Ordinal)).ToList();
        // Beside the context, unless said otherwise: it is no part of what is copied.
        var file = options.Find(o => o.StartsWith(FileOption, StringComparison.Ordinal))?[FileOption.Length..] ?? "../Dockerfile";
        var dockerfile = System.IO.Path.GetFullPath(System.IO.Path.Combine(path, "context", file));
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(dockerfile)!);
        File.WriteAllText(dockerfile, ground.Fill(test.Dockerfile));
        var check = test.Command is null ? null : dockerfile + ".check";
        if (check is not null) File.WriteAllText(check, ground.Fill(test.Dockerfile + WithCommand(test.Command!)));
        return new CaseFolder(path, dockerfile, check, [.. options.Where(o => !o.StartsWith(FileOption, StringComparison.Ordinal))]);
    }

    // The image may have no shell, and whoever runs in it may not be allowed to write anywhere.
    private static string WithCommand(string command) => $"""

        FROM result AS checked
        COPY --chmod=666 <<SAID /.said
        SAID
        SHELL ["/.check/bin/busybox", "sh", "-euc"]
        RUN --mount=type=bind,from={"{busybox}"},target=/.check <<CHECK
        exec > /.said 2>&1
        {command}
        CHECK
        FROM scratch
        COPY --from=checked /.said /said

        """;

    /// <summary>Gives the files of the folders their modes again, of which a new owner takes some bits.</summary>
    public void RestoreModes(DockerfileCase test)
    {
        foreach (var (name, entries) in test.Folders)
            foreach (var entry in entries.Where(e => e.Type == TreeEntryType.File))
                File.SetUnixFileMode(System.IO.Path.Combine(Path, name, entry.Path), (UnixFileMode)entry.Mode);
    }

    private static void WriteFolder(IReadOnlyList<TreeEntry> entries, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var entry in entries)
        {
            var path = System.IO.Path.Combine(folder, entry.Path);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            WriteEntry(entry, path);
        }
        // Folders last: they may not be writable, and writing into them changes their times.
        foreach (var entry in entries.Where(e => e.Type != TreeEntryType.Symlink).Reverse())
        {
            var path = System.IO.Path.Combine(folder, entry.Path);
            File.SetUnixFileMode(path, (UnixFileMode)entry.Mode);
            File.SetLastWriteTimeUtc(path, DateTimeOffset.FromUnixTimeSeconds(entry.ModifiedSeconds).UtcDateTime);
        }
    }

    private static void WriteEntry(TreeEntry entry, string path)
    {
        if (entry.Type == TreeEntryType.Directory) Directory.CreateDirectory(path);
        else if (entry.Type == TreeEntryType.Symlink) File.CreateSymbolicLink(path, entry.Link!);
        else
        {
            var bytes = new MemoryStream();
            using (var content = entry.Open?.Invoke()) content?.CopyTo(bytes);
            File.WriteAllBytes(path, bytes.ToArray());
        }
    }
}
