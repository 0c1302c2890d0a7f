using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Distribution;

/// <summary>A file that a web server had, and how to ask whether it still has it (RFC 9110, "Validators").</summary>
/// <param name="Content">Of its bytes.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Name">What the server calls it, or <c>null</c>.</param>
/// <param name="ETag">As the server wrote it, or <c>null</c>.</param>
/// <param name="LastModified">As the server wrote it, or <c>null</c> where it proves nothing.</param>
internal sealed record WebFile(Digest Content, long Size, string? Name, string? ETag, string? LastModified)
{
    // A file that changed twice within a second has the same time both times; a minute later nobody can have meant it so.
    private static readonly TimeSpan s_settled = TimeSpan.FromMinutes(1);

    /// <summary>What an answer with the whole file says of it.</summary>
    public static WebFile Of(HttpResponseMessage response, Digest content, long size)
    {
        var tag = Header(response.Headers, "ETag") is { } said && said.All(char.IsAscii) ? said : null;
        return new WebFile(content, size, NameOf(response), tag, tag is null ? TimeOf(response) : null) { ChangedAt = response.Content.Headers.LastModified };
    }

    /// <summary>When it changed, as the server says, whether or not that proves anything.</summary>
    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>The server said the same tag again, be it that it sent the file with it.</summary>
    public bool IsSaidAgainBy(HttpResponseMessage response) => ETag is not null && Header(response.Headers, "ETag") == ETag;

    /// <summary>As a record of the cache index.</summary>
    public byte[] Write() => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Content}\n{Size}\n{Name}\n{ETag}\n{LastModified}\n{ChangedAt?.ToUnixTimeSeconds()}"));

    /// <summary>What <see cref="Write"/> wrote, or <c>null</c> for anything else.</summary>
    public static WebFile? Read(ReadOnlySpan<byte> record) =>
        Encoding.UTF8.GetString(record).Split('\n') is [var content, var size, var name, var tag, var time, .. var more]
        && Digest.TryParse(content, out var digest) && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            ? new WebFile(digest, bytes, OrNull(name), OrNull(tag), OrNull(time)) { ChangedAt = more is [{ Length: > 0 } changed] && long.TryParse(changed, CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null }
            : null;

    private static string? OrNull(string text) => text.Length == 0 ? null : text;

    private static string? NameOf(HttpResponseMessage response)
    {
        if (Header(response.Content.Headers, "Content-Disposition") is not { } text || !ContentDispositionHeaderValue.TryParse(text, out var disposition)) return null;
        var name = disposition.FileNameStar ?? disposition.FileName?.Trim('"').Replace("\\\"", "\"", StringComparison.Ordinal);
        return string.IsNullOrEmpty(name) || name.Any(char.IsControl) ? null : name;
    }

    private static string? TimeOf(HttpResponseMessage response) =>
        response.Content.Headers.LastModified is { } changed && response.Headers.Date is { } now && now - changed >= s_settled ? Header(response.Content.Headers, "Last-Modified") : null;

    private static string? Header(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) && values.Count == 1 && values.First() is { Length: > 0 and < 4096 } value && !value.Any(char.IsControl) ? value : null;
}
