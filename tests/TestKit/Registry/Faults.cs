using System.Text;
using Microsoft.AspNetCore.Http;

namespace MsBuildKit.TestKit.Registry;

/// <summary>The ways in which requests go wrong.</summary>
public static class Faults
{
    /// <summary>Answers a status, with an optional <c>Retry-After</c> in seconds and an optional body.</summary>
    public static Fault Status(int status, int? retryAfter = null, string? body = null) => async (context, _) =>
    {
        context.Response.StatusCode = status;
        if (retryAfter is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString();
        if (body is not null) await context.Response.WriteAsync(body);
    };

    /// <summary>Cuts the connection before any answer.</summary>
    public static Fault Reset { get; } = (context, _) =>
    {
        context.Abort();
        return Task.CompletedTask;
    };

    /// <summary>Takes the request's body up to about <paramref name="bytes"/>, then cuts the connection. What arrived is kept.</summary>
    public static Fault ResetUpload(int bytes) => (context, next) =>
    {
        ((CountedBody)context.Request.Body).Arrived = arrived =>
        {
            if (arrived < bytes) return;
            context.Abort();
            throw new IOException("The upload was cut off.");
        };
        return next();
    };

    /// <summary>Sends <paramref name="bytes"/> of the answer's body, then cuts the connection.</summary>
    public static Fault CutBody(int bytes) => (context, next) => new LimitedBody(context, bytes, () =>
    {
        context.Abort();
        return Task.FromException(new IOException("The answer was cut off."));
    }).RunAsync(next);

    /// <summary>Sends <paramref name="bytes"/> of the answer's body, then nothing for as long as the client waits.</summary>
    public static Fault StallBody(int bytes) => (context, next) =>
        new LimitedBody(context, bytes, () => Task.Delay(Timeout.Infinite, context.RequestAborted)).RunAsync(next);

    /// <summary>Says nothing for as long as the client waits.</summary>
    public static Fault Stall { get; } = (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted);

    /// <summary>Answers with a web page, as a login portal does.</summary>
    public static Fault WebPage { get; } = async (context, _) =>
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync("<html>Please log in</html>");
    };

    /// <summary>Sends other bytes of the same length under the right headers.</summary>
    public static Fault OtherBytes { get; } = async (context, next) =>
    {
        var wire = context.Response.Body;
        var kept = new MemoryStream();
        context.Response.Body = kept;
        await next();
        await wire.WriteAsync(kept.ToArray().Select(b => (byte)~b).ToArray());
    };

    /// <summary>Answers rightly, but under another digest.</summary>
    public static Fault WrongDigest { get; } = (context, next) =>
    {
        context.Response.OnStarting(() =>
        {
            context.Response.Headers["Docker-Content-Digest"] = Engine.Oci.Digest.Of(Encoding.ASCII.GetBytes("something else")).ToString();
            return Task.CompletedTask;
        });
        return next();
    };

    /// <summary>Waits for a fact before it answers.</summary>
    public static Fault After(Task fact) => async (_, next) =>
    {
        await fact;
        await next();
    };

    /// <summary>Leads elsewhere.</summary>
    public static Fault Redirect(string location, int status = 307) => (context, _) =>
    {
        context.Response.StatusCode = status;
        context.Response.Headers.Location = location;
        return Task.CompletedTask;
    };
}
