using System.Net;

namespace MsBuildKit.Engine.Llb;

/// <summary>A line of a command's <c>/etc/hosts</c>.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Address">What the name means.</param>
public sealed record HostAddress(string Host, IPAddress Address)
{
    // Go writes an IPv4 address the same whichever way it is held.
    internal string Text => (Address.IsIPv4MappedToIPv6 ? Address.MapToIPv4() : Address).ToString();
}
