namespace MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;

/// <summary>An answer about a Dockerfile, in the forms that BuildKit's frontend gives.</summary>
/// <param name="Json"><c>result.json</c>: one document.</param>
/// <param name="Text"><c>result.txt</c>: for people, every line ended; empty where there is no such form.</param>
/// <param name="StatusCode">0, or 1 when checks found something.</param>
public sealed record SubrequestResult(string Json, string Text, int StatusCode = 0);
