using System.Globalization;

namespace MsBuildKit.Faults.Contexts;

/// <summary>Changes a context as people, editors and attackers do; now and then only in appearance.</summary>
internal sealed class ContextEdits
{
    private const int MostFiles = 40;

    private readonly string _folder;
    private readonly string _outside;
    private readonly Random _random;
    private readonly IReadOnlyList<(string Name, Action Run)> _edits;
    private int _made;

    public ContextEdits(string folder, string outside, Random random)
    {
        (_folder, _outside, _random) = (folder, outside, random);
        _edits =
        [
            ("other bytes", () => Write(AnyFile(), Bytes(_random.Next(200)))),
            ("same size and time", () => Keep(AnyFile(), p => Write(p, Bytes((int)new FileInfo(p).Length)))),
            ("one bit, same size and time", () => Keep(AnyFile(), FlipBit)),
            ("mode", () => File.SetUnixFileMode(AnyFile(), (UnixFileMode)(_random.Next(512) | 0b110_000_000))),
            ("mode of a folder", () => File.SetUnixFileMode(AnyFolder(), (UnixFileMode)(_random.Next(512) | 0b111_000_000))),
            ("swap", Swap),
            ("swap with the times of each other", () => { var (a, b) = (AnyFile(), AnyFile()); SetSameTime(a, b); Exchange(a, b); }),
            ("rename", () => { var to = New(); Move(AnyFile(), to); }),
            ("link elsewhere", Relink),
            ("folder replaced", ReplaceFolder),
            ("file to folder", () => { var p = AnyFile(); File.Delete(p); Directory.CreateDirectory(p); Write(Path.Combine(p, "in"), Bytes(9)); }),
            ("folder to file", () => { var p = AnyFolder(); if (p == _folder) return; Directory.Delete(p, true); Write(p, Bytes(9)); }),
            ("ignored otherwise", Ignore),
            ("through another name outside", WriteThroughOutside),
            ("new file", () => Write(New(), Bytes(_random.Next(100)))),
            ("new folder", () => Directory.CreateDirectory(New())),
            ("deleted", () => File.Delete(AnyFile())),
            ("file to link", () => { var p = AnyFile(); var real = $"{p}.{_made++}"; Move(p, real); File.CreateSymbolicLink(p, Path.GetFileName(real)); }),
            ("cut", () => { using var f = File.OpenWrite(AnyFile()); f.SetLength(f.Length / 2); }),
            ("only touched", () => File.SetLastWriteTimeUtc(AnyFile(), DateTime.UnixEpoch.AddSeconds(_random.Next(1 << 30)))),
            ("written again as it was", () => { var p = AnyFile(); Write(p, File.ReadAllBytes(p)); }),
            ("replaced by a copy", () => { var p = AnyFile(); File.Copy(p, p + "~"); Move(p + "~", p); }),
        ];
        for (var i = 0; i < MostFiles; i++) Write(New(), Bytes(_random.Next(200)));
    }

    /// <summary>How many kinds there are.</summary>
    public int Kinds => _edits.Count;

    /// <summary>Does one; says which.</summary>
    public string Next()
    {
        // Else it grows, or is emptied.
        while (Files().Count < MostFiles / 2) Write(New(), Bytes(_random.Next(200)));
        while (Files().Count > MostFiles) File.Delete(AnyFile());
        var (name, run) = _edits[_random.Next(_edits.Count)];
        run();
        return name;
    }

    private static void Write(string path, byte[] bytes) => File.WriteAllBytes(path, bytes);

    private static void Move(string from, string to) => File.Move(from, to, overwrite: true);

    private static void Keep(string path, Action<string> change)
    {
        var time = File.GetLastWriteTimeUtc(path);
        change(path);
        File.SetLastWriteTimeUtc(path, time);
    }

    private static void SetSameTime(string a, string b) => File.SetLastWriteTimeUtc(b, File.GetLastWriteTimeUtc(a));

    private void FlipBit(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length > 0) bytes[_random.Next(bytes.Length)] ^= (byte)(1 << _random.Next(8));
        Write(path, bytes);
    }

    private void Swap() => Exchange(AnyFile(), AnyFile());

    private void Exchange(string a, string b)
    {
        if (a == b) return;
        var between = Path.Combine(_outside, "between");
        Move(a, between);
        Move(b, a);
        Move(between, b);
    }

    private void Relink()
    {
        var links = Entries().Where(p => new FileInfo(p).LinkTarget is not null).ToList();
        var path = links.Count > 5 ? links[_random.Next(links.Count)] : New();
        File.Delete(path);
        File.CreateSymbolicLink(path, new[] { "a", "../../etc/passwd", "/", "b/c", $"t{_random.Next(9)}" }[_random.Next(5)]);
    }

    // Same names, sizes and times, other bytes: only the files themselves tell.
    private void ReplaceFolder()
    {
        var folder = AnyFolder();
        if (folder == _folder) return;
        var old = Path.Combine(_outside, string.Create(CultureInfo.InvariantCulture, $"old{_made++}"));
        Directory.Move(folder, old);
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(old).Where(f => new FileInfo(f).LinkTarget is null))
        {
            var copy = Path.Combine(folder, Path.GetFileName(file));
            Write(copy, Bytes((int)new FileInfo(file).Length));
            SetSameTime(file, copy);
        }
        Directory.Delete(old, true);
    }

    private void Ignore()
    {
        var names = new[] { "d0", "d1", "d2/d0", "*.log", "**/*.tmp", "**/*.log", Relative(AnyFile()), "!" + Relative(AnyFile()) };
        var lines = Enumerable.Range(0, _random.Next(4)).Select(_ => names[_random.Next(names.Length)]).ToList();
        File.WriteAllLines(Path.Combine(_folder, ".dockerignore"), lines);
    }

    private void WriteThroughOutside()
    {
        var path = AnyFile();
        var outside = Path.Combine(_outside, string.Create(CultureInfo.InvariantCulture, $"name{_made++}"));
        HardLink.Make(path, outside);
        Keep(outside, p => Write(p, Bytes((int)new FileInfo(p).Length)));
        File.Delete(outside);
    }

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    private string New()
    {
        var folder = _folder;
        for (var depth = _random.Next(3); depth > 0; depth--) folder = Path.Combine(folder, $"d{_random.Next(3)}");
        while (!Directory.Exists(folder))
            if (File.Exists(folder) || new FileInfo(folder).LinkTarget is not null) File.Delete(folder);
            else if (!TryMake(folder)) folder = _folder;
        var ending = new[] { "", ".log", ".tmp", ".md" }[_random.Next(4)];
        return Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"n{_made++}{ending}"));
    }

    private static bool TryMake(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private string Relative(string path) => Path.GetRelativePath(_folder, path);

    private string AnyFile()
    {
        var files = Files();
        return files[_random.Next(files.Count)];
    }

    private string AnyFolder()
    {
        var folders = Folders();
        return folders[_random.Next(folders.Count)];
    }

    private List<string> Files() => [.. Entries().Where(p => new FileInfo(p) is { LinkTarget: null, Exists: true } && Path.GetFileName(p) != ".dockerignore")];

    private List<string> Folders() => [_folder, .. Entries().Where(p => Directory.Exists(p) && new FileInfo(p).LinkTarget is null)];

    // Links lead anywhere: none is followed.
    private List<string> Entries()
    {
        var (found, rest) = (new List<string>(), new Stack<string>([_folder]));
        while (rest.TryPop(out var folder))
            foreach (var path in Directory.GetFileSystemEntries(folder))
            {
                found.Add(path);
                if (Directory.Exists(path) && new FileInfo(path).LinkTarget is null) rest.Push(path);
            }
        found.Sort(StringComparer.Ordinal);
        return found;
    }
}
