using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>The files of users and groups of a base image: who is found has a number that was written there for exactly this name.</summary>
internal sealed class UsersTarget : FuzzTarget
{
    public override IReadOnlyList<string> Words => ["app", "app:", "root:x:0:0:", "::", ":4294967296:", ":2147483647:", ":-1:", ":0:", "\n", "\r\n", "+::::::"];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds() => new Dictionary<string, string>
    {
        ["passwd"] = "root:x:0:0:root:/root:/bin/sh\napp:x:1654:1655::/home/app:/bin/sh\n", ["group"] = "root:x:0:\napp:*:1654:a,b\n", ["late"] = "# users\n\nx:y\napp:x:7:8",
    }.Select(s => (s.Key, Bytes(s.Value)));

    public override string Run(byte[] input)
    {
        var row = ImageUsers.FindAsync(new MemoryStream(input), "app", CancellationToken.None).GetAwaiter().GetResult();
        if (row is null) return "none";
        Require(row[0] == "app", $"'{row[0]}' was taken for 'app'");
        var (uid, gid) = (ImageUsers.NumberOf(row, 2, "user"), ImageUsers.NumberOf(row, 3, "user"));
        Require(uid >= 0 && gid >= 0 && row[2].All(char.IsAsciiDigit), $"{uid}:{gid}");
        return $"{uid == 0} {gid == 0} {row.Length}";
    }
}
