using System.Text;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Workers;

/// <summary>Secrets that go into one line of text.</summary>
internal static class LentText
{
    /// <summary>The secret without the line break that editors leave at its end, or <c>null</c> when none is lent. Throws MBK1806 for one that would
    /// begin another line.</summary>
    public static async Task<string?> FindAsync(IBuildSession session, string id, CancellationToken cancellationToken)
    {
        if (session.FindSecret(id) is not { } source || await source.FindAsync(cancellationToken).ConfigureAwait(false) is not { } bytes) return null;
        var text = Encoding.UTF8.GetString(bytes).TrimEnd('\r', '\n');
        if (text.Any(c => char.IsControl(c) || !char.IsAscii(c))) throw SecretBytes.Unusable($"The secret '{id}' in {source.Place} cannot be a header: it has more than one line, or characters that are not ASCII. Keep the bare value in it.");
        return text.Length == 0 ? null : text;
    }
}
