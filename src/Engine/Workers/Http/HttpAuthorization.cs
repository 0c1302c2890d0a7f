using System.Text;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Workers.Http;

/// <summary>The <c>Authorization</c> header of a file, from what the session lends.</summary>
internal static class HttpAuthorization
{
    private const string HeaderPrefix = "HTTP_AUTH_HEADER_", TokenPrefix = "HTTP_AUTH_TOKEN_";

    /// <summary>The header, or <c>null</c>. Throws MBK1805 when the graph names a secret that is not lent, MBK1806 when it cannot be a header.</summary>
    public static async Task<string?> FindAsync(HttpSource source, IBuildSession session, CancellationToken cancellationToken)
    {
        if (source.IsUpload) return null;
        if (source.AuthHeaderSecret.Length > 0)
            return await LentText.FindAsync(session, source.AuthHeaderSecret, cancellationToken).ConfigureAwait(false)
                ?? throw SessionException.WithoutSecret(source.AuthHeaderSecret, session.FindSecret(source.AuthHeaderSecret));
        if (await LentText.FindAsync(session, TokenPrefix + source.Address.Host, cancellationToken).ConfigureAwait(false) is { } token) return "Bearer " + token;
        if (await LentText.FindAsync(session, HeaderPrefix + source.Address.Host, cancellationToken).ConfigureAwait(false) is { } header) return header;
        return source.User.Length > 0 ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(source.User)) : null;
    }
}
