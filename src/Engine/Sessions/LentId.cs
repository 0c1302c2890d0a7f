using System.Text.RegularExpressions;

namespace MsBuildKit.Engine.Sessions;

/// <summary>Ids of secrets and SSH keys.</summary>
public static partial class LentId
{
    /// <summary>What can be a file's name too.</summary>
    public static bool IsValid(string text) => Pattern().IsMatch(text);

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}\z")]
    private static partial Regex Pattern();
}
