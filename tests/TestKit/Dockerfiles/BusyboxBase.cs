using System.Formats.Tar;
using System.Text;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit.Archives;
using MsBuildKit.TestKit.Registry;

namespace MsBuildKit.TestKit.Dockerfiles;

/// <summary>Images of nothing but busybox, made anew each time from the machine's own.</summary>
public static class BusyboxBase
{
    public const string Path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private const string Users = "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/:/bin/false\napp:x:1000:1001:App:/home/app:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n";
    private const string Groups = "root:x:0:\ndaemon:x:1:\nadm:x:4:app\napp:x:1001:\nwheel:x:10:root,app\nother:x:2000:\nnogroup:x:65534:\n";

    /// <summary>Puts an image with one layer and one entry in its history into a repository, as <c>1</c>.</summary>
    /// <param name="repository">Of a registry.</param>
    /// <param name="config">The members of the configuration after <c>Env</c>, or nothing.</param>
    /// <param name="architecture">The image's; its programs are this machine's all the same.</param>
    public static Descriptor Put(RegistryRepositoryState repository, string config = "", string architecture = "amd64")
    {
        var tar = Tar();
        var packed = repository.Add(MediaTypes.OciLayerGzip, Packing.Pack(tar, Compression.Gzip));
        var document = $$$"""
            {"os":"linux","architecture":"{{{architecture}}}","created":"2023-01-01T00:00:00Z","config":{"Env":["{{{Path}}}"]{{{(config.Contains("WorkingDir", StringComparison.Ordinal) ? config : ",\"WorkingDir\":\"/\"" + config)}}}},
            "rootfs":{"type":"layers","diff_ids":["{{{Digest.Of(tar)}}}"]},"history":[{"created":"2023-01-01T00:00:00Z","created_by":"busybox"}]}
            """;
        var manifest = new ImageManifest { Config = repository.Add(MediaTypes.OciConfig, Encoding.UTF8.GetBytes(document)), Layers = [packed] };
        return repository.AddManifest(MediaTypes.OciManifest, OciJson.Write(manifest), "1");
    }

    /// <summary>The layer, plain.</summary>
    public static byte[] Tar()
    {
        var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var folder in (string[])["bin", "dev", "etc", "home", "proc", "sys", "usr", "usr/bin", "usr/local", "usr/local/bin", "var"]) Add(tar, TarEntryType.Directory, folder, 0b111_101_101);
            Add(tar, TarEntryType.Directory, "root", 0b111_000_000);
            Add(tar, TarEntryType.Directory, "home/app", 0b111_101_101, owner: (1000, 1001));
            Add(tar, TarEntryType.Directory, "tmp", 0b001_111_111_111);
            Add(tar, TarEntryType.RegularFile, "bin/busybox", 0b111_101_101, File.ReadAllBytes(RealTool.Find("busybox")));
            foreach (var name in Applets) tar.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, "bin/" + name) { LinkName = "busybox", ModificationTime = DateTimeOffset.UnixEpoch });
            foreach (var (name, text) in (ValueTuple<string, string>[])[("passwd", Users), ("group", Groups), ("hostname", ""), ("hosts", ""), ("resolv.conf", "")])
                Add(tar, TarEntryType.RegularFile, "etc/" + name, 0b110_100_100, Encoding.UTF8.GetBytes(text));
        }
        return bytes.ToArray();
    }

    private static void Add(TarWriter tar, TarEntryType type, string name, int mode, byte[]? content = null, (int User, int Group) owner = default)
    {
        var entry = new UstarTarEntry(type, name) { Mode = (UnixFileMode)mode, Uid = owner.User, Gid = owner.Group, ModificationTime = DateTimeOffset.UnixEpoch };
        if (content is not null) entry.DataStream = new MemoryStream(content);
        tar.WriteEntry(entry);
    }

    private static IEnumerable<string> Applets =>
    [
        "arch", "ash", "awk", "basename", "cat", "chmod", "chown", "cmp", "cp", "cut", "date", "dd", "df", "dirname", "echo", "env", "expr", "false", "find", "grep", "gunzip", "gzip",
        "head", "hostname", "id", "ip", "ln", "ls", "md5sum", "mkdir", "mkfifo", "mktemp", "mount", "mv", "od", "printf", "ps", "pwd", "readlink", "rm", "rmdir", "sed", "seq", "sh",
        "sha256sum", "sleep", "sort", "stat", "tail", "tar", "tee", "test", "touch", "tr", "true", "uname", "uniq", "unzip", "vi", "wc", "wget", "whoami", "xargs",
    ];
}
