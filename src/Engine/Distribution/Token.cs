using System.Net.Http.Headers;

namespace MsBuildKit.Engine.Distribution;

/// <summary>What requests carry, and when it should be renewed.</summary>
internal sealed record Token(AuthenticationHeaderValue Header, DateTimeOffset RenewAt);
