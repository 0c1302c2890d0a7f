using System.Net;

namespace MsBuildKit.Engine.Distribution;

/// <summary>A proxy for everything but this machine: no proxy elsewhere could reach what listens here.</summary>
internal sealed class LoopbackFreeProxy(IWebProxy inner) : IWebProxy
{
    public ICredentials? Credentials { get => inner.Credentials; set => inner.Credentials = value; }

    public Uri? GetProxy(Uri destination) => inner.GetProxy(destination);

    public bool IsBypassed(Uri host) => host.IsLoopback || inner.IsBypassed(host);
}
