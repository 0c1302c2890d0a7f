using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace MsBuildKit.TestKit.Web;

/// <summary>Serves the repositories of a folder by git's own program for web servers (git-http-backend(1)).</summary>
/// <param name="folder">Has bare repositories.</param>
public sealed class GitBackend(string folder)
{
    /// <summary>What requests must show in <c>Authorization</c>, or <c>null</c> for everybody.</summary>
    public string? Authorization { get; set; }

    /// <summary>Answers a request for <c>/NAME.git/...</c>.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (Authorization is not null && context.Request.Headers.Authorization != Authorization)
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"git\"";
            return;
        }
        var start = new ProcessStartInfo(RealTool.Find("git"), ["http-backend"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["GIT_PROJECT_ROOT"] = folder;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["GIT_CONFIG_COUNT"] = "1";
        (start.Environment["GIT_CONFIG_KEY_0"], start.Environment["GIT_CONFIG_VALUE_0"]) = ("safe.directory", "*");
        start.Environment["REQUEST_METHOD"] = context.Request.Method;
        start.Environment["PATH_INFO"] = context.Request.Path;
        start.Environment["QUERY_STRING"] = context.Request.QueryString.Value?.TrimStart('?');
        start.Environment["CONTENT_TYPE"] = context.Request.ContentType;
        start.Environment["HTTP_CONTENT_ENCODING"] = context.Request.Headers.ContentEncoding;
        start.Environment["GIT_PROTOCOL"] = context.Request.Headers["Git-Protocol"];
        using var process = Process.Start(start)!;
        try
        {
            await context.Request.Body.CopyToAsync(process.StandardInput.BaseStream, context.RequestAborted);
            process.StandardInput.Close();
            await AnswerAsync(context, process.StandardOutput.BaseStream);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static async Task AnswerAsync(HttpContext context, Stream output)
    {
        while (await ReadLineAsync(output) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = (line[..colon], line[(colon + 1)..].Trim());
            if (name == "Status") context.Response.StatusCode = int.Parse(value[..3], null);
            else context.Response.Headers[name] = value;
        }
        await output.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static async Task<string> ReadLineAsync(Stream stream)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1 && one[0] != '\n') line.Append((char)one[0]);
        return line.ToString().TrimEnd('\r');
    }
}
