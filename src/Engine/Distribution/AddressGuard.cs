using System.Net;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Distribution;

/// <summary>Keeps a registry from sending its users to addresses of a narrower circle than its own.</summary>
/// <remarks>A registry names the hosts of its token server and of its storage, and a name can resolve to anything: the address is judged
/// when the connection is made, not before. What the registry itself is judged by is the widest circle in which it was ever reached.</remarks>
/// <param name="server">Its name.</param>
/// <param name="kind">What it is, for the message.</param>
internal sealed class AddressGuard(string server, string kind = "registry")
{
    private int _widest = -1;

    /// <summary>Remembers that the registry was reached at an address.</summary>
    public void Reached(IPAddress address)
    {
        var kind = (int)AddressKinds.KindOf(address);
        for (int known; (known = Volatile.Read(ref _widest)) < kind && Interlocked.CompareExchange(ref _widest, kind, known) != known;)
        {
        }
    }

    /// <summary>Throws MBK1406 when the registry may not send anybody to one of these addresses.</summary>
    /// <param name="purpose">What for, as the message says it: <c>for a token</c>.</param>
    public void Require(string host, IEnumerable<IPAddress> addresses, string purpose)
    {
        if (addresses.All(a => Permits(AddressKinds.KindOf(a)))) return;
        throw new RegistryException(RegistryException.UnsafeAddress, ErrorKind.FailedPrecondition,
            $"Nothing was sent, because the {kind} '{server}' sends its users to the private address of '{host}' {purpose}. Ask whoever runs it.");
    }

    // A registry behind a proxy was never reached directly, and counts as public.
    private bool Permits(AddressKind kind)
    {
        var own = Volatile.Read(ref _widest) is var widest and >= 0 ? (AddressKind)widest : AddressKind.Public;
        return kind switch
        {
            AddressKind.LinkLocal => false,
            AddressKind.Loopback => own == AddressKind.Loopback,
            AddressKind.Private => own != AddressKind.Public,
            _ => true,
        };
    }
}
