namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>An <c>/etc/passwd</c> or <c>/etc/group</c> of a tree that nobody vouches for: only a plain file of a bounded size is read, and
/// broken lines are passed over.</summary>
internal static class AccountFile
{
    public const int Largest = 10 << 20;
    private const int LongestLine = 1 << 20;

    /// <summary>The rows of a file with at least <paramref name="columns"/> of them; none when the file is not there.</summary>
    public static IReadOnlyList<string[]> Read(StepTree root, string path, int columns)
    {
        using var file = root.OpenPlainFile(path, Largest);
        if (file is null) return [];
        using var reader = new StreamReader(file);
        var rows = new List<string[]>();
        var length = 0L;
        while (reader.ReadLine() is { } line)
        {
            // A file may grow while it is read.
            if ((length += line.Length) > Largest) throw StepErrors.BadAccounts(path);
            if (line.Length is 0 or > LongestLine || line[0] == '#') continue;
            var row = line.Split(':');
            if (row.Length >= columns) rows.Add(row);
        }
        return rows;
    }
}
