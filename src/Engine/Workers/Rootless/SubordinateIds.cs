using System.Globalization;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>The ids that the system lends a user for namespaces (subuid(5), subgid(5)).</summary>
/// <param name="Users">For user ids.</param>
/// <param name="Groups">For group ids.</param>
public sealed record SubordinateIds(IdRange Users, IdRange Groups)
{
    /// <summary>How many ids an image may use: 0 to 65534. Debian's <c>nobody</c> is the last of them.</summary>
    public const int Needed = 65535;

    // Root needs nobody's leave. These belong to nobody: systemd's own ranges end below.
    private const long RootsFirst = 2_000_000_000;

    /// <summary>Reads what <paramref name="user"/> was given. Throws MBK2008, which says how to get more.</summary>
    /// <param name="user">Name and number of the caller.</param>
    /// <param name="etc">The folder of subuid and subgid, <c>/etc</c>.</param>
    public static SubordinateIds Read(HostUser user, string etc) =>
        new(Find(user, Path.Combine(etc, "subuid")), Find(user, Path.Combine(etc, "subgid")));

    /// <summary>The range of one of the files.</summary>
    internal static IdRange Find(HostUser user, string path)
    {
        foreach (var line in ReadLines(path))
        {
            var fields = line.Split(':');
            if (fields.Length != 3 || (fields[0] != user.Name && fields[0] != user.Id.ToString(CultureInfo.InvariantCulture))) continue;
            if (TryNumber(fields[1], out var first) && TryNumber(fields[2], out var count) && count >= Needed) return new IdRange(first, Needed);
        }
        if (user.Id == 0) return new IdRange(RootsFirst, Needed);
        throw new WorkerException(WorkerException.NoSubordinateIds, ErrorKind.FailedPrecondition,
            $"'{path}' gives '{user.Name}' no {Needed} ids in a row, which steps need for the users of an image. As root, run 'usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {user.Name}', with numbers that no other line has.");
    }

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool TryNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
