using System.Globalization;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Finds who a step runs as, by the rules that Docker has for <c>USER</c>.</summary>
/// <remarks>The groups of a user come from the tree's <c>/etc/group</c> only when no group is named. A number that no row has stands for
/// itself, and a number is never looked for as a name.</remarks>
internal static class UserLookup
{
    /// <summary>Resolves <c>user[:group]</c>, where each is a name or a number and both may be left out.</summary>
    public static StepUser Find(StepTree root, string text)
    {
        var parts = text.Split(':', 2);
        var (userText, groupText) = (parts[0], parts.Length > 1 ? parts[1] : "");
        var row = FindUser(root, userText);
        var (uid, gid) = row is not null ? (Number(row[2], "user", userText), Number(row[3], "group", userText)) : (ParseId(userText) ?? 0, 0);
        IReadOnlyList<int> more = [];
        if (groupText.Length > 0) gid = FindGroup(root, groupText);
        else if (row is not null) more = GroupsOf(root, row[0]);
        return new StepUser(Checked(uid), Checked(gid), [.. more.Prepend(Checked(gid)).Distinct()], row is { Length: > 5 } && row[5].Length > 0 ? row[5] : "/");
    }

    /// <summary>The user of a name, which is a name even when it is all digits, and that user's own group.</summary>
    public static (long Uid, long Gid) FindNamedUser(StepTree root, string name)
    {
        var row = ReadLinked(root, "/etc/passwd", 4).FirstOrDefault(r => r[0] == name) ?? throw StepErrors.UnknownUser("user", name);
        return (Number(row[2], "user", name), Number(row[3], "group", name));
    }

    /// <summary>The group of a name.</summary>
    public static long FindNamedGroup(StepTree root, string name)
    {
        var row = ReadLinked(root, "/etc/group", 3).FirstOrDefault(r => r[0] == name) ?? throw StepErrors.UnknownUser("group", name);
        return Number(row[2], "group", name);
    }

    // Where files are copied, an image's own link to the file counts; it ends inside of the image.
    private static IReadOnlyList<string[]> ReadLinked(StepTree root, string path, int columns) => AccountFile.Read(root, root.Find(path) ?? path, columns);

    private static string[]? FindUser(StepTree root, string text)
    {
        var rows = AccountFile.Read(root, "etc/passwd", 4);
        var number = text.Length == 0 ? 0 : ParseId(text);
        if (number is { } id) return rows.FirstOrDefault(r => ParseId(r[2]) == id);
        return rows.FirstOrDefault(r => r[0] == text) ?? throw StepErrors.UnknownUser("user", text);
    }

    private static long FindGroup(StepTree root, string text)
    {
        if (ParseId(text) is { } id) return id;
        var row = AccountFile.Read(root, "etc/group", 3).FirstOrDefault(r => r[0] == text) ?? throw StepErrors.UnknownUser("group", text);
        return Number(row[2], "group", text);
    }

    private static List<int> GroupsOf(StepTree root, string user) =>
        [.. AccountFile.Read(root, "etc/group", 4).Where(r => r[3].Split(',').Contains(user)).Select(r => Checked(Number(r[2], "group", r[0])))];

    private static long Number(string text, string kind, string name) => ParseId(text) ?? throw StepErrors.UnknownUser(kind, name);

    // All digits is a number, however large: were it looked up, an image could say that one too large is root.
    private static long? ParseId(string text)
    {
        if (text.Length == 0 || !text.All(char.IsAsciiDigit)) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : long.MaxValue;
    }

    private static int Checked(long id) => StepIds.Holds(id) ? (int)id : throw StepErrors.NoSuchId(id);
}
