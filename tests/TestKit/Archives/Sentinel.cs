using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MsBuildKit.TestKit.Archives;

/// <summary>A tree outside of everything, which nothing may touch: a thousand files, and those that hostile images aim at.</summary>
public sealed class Sentinel
{
    private const int Files = 1000;

    private readonly string _before;

    /// <summary>Makes the tree at <paramref name="root"/>.</summary>
    /// <param name="root">Where.</param>
    /// <param name="isOpen">Whether anybody may read and change it, so that nothing but the way to it keeps them from it.</param>
    public Sentinel(string root, bool isOpen = false)
    {
        Root = root;
        for (var i = 0; i < Files; i++) Write(string.Create(CultureInfo.InvariantCulture, $"{i % 10}/{i}"), string.Create(CultureInfo.InvariantCulture, $"file {i}"));
        Write("canary", "untouched");
        Write("empty", "");
        Directory.CreateDirectory(Path.Combine(root, "b/hollow"));
        Write("etc/passwd", $"app:x:{Breakouts.StolenId}:{Breakouts.StolenId}::/:\n");
        Write("etc/group", $"app:x:{Breakouts.StolenId}:\n");
        if (isOpen) Open();
        _before = Fingerprint();
    }

    public string Root { get; }

    /// <summary>True while every name, mode, time and byte is as it was.</summary>
    public bool IsIntact => Fingerprint() == _before;

    private void Write(string name, string text)
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private void Open()
    {
        const UnixFileMode File = (UnixFileMode)0b110_110_110, Folder = (UnixFileMode)0b111_111_111;
        foreach (var entry in new DirectoryInfo(Root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Prepend(new DirectoryInfo(Root))) entry.UnixFileMode = entry is DirectoryInfo ? Folder : File;
    }

    private string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in new DirectoryInfo(Root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).OrderBy(e => e.FullName, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{entry.FullName}\0{entry.UnixFileMode}\0{entry.LastWriteTimeUtc.Ticks}\0{entry.LinkTarget}\n")));
            if (entry is FileInfo { LinkTarget: null } file) hash.AppendData(File.ReadAllBytes(file.FullName));
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
