using System.Net;

namespace MsBuildKit.Engine.Distribution;

/// <summary>Tells whose an address is.</summary>
internal static class AddressKinds
{
    private static readonly IPNetwork s_nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly (IPNetwork Network, AddressKind Kind)[] s_networks =
    [
        .. Of(AddressKind.LinkLocal, "169.254.0.0/16", "fe80::/10"),
        .. Of(AddressKind.Loopback, "127.0.0.0/8", "0.0.0.0/8", "::1/128", "::/128"),
        .. Of(AddressKind.Private, "10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "240.0.0.0/4", "fc00::/7", "fec0::/10"),
    ];

    /// <summary>The kind of an address; an IPv4 address that is wrapped in an IPv6 one counts as itself.</summary>
    public static AddressKind KindOf(IPAddress address)
    {
        var plain = Unwrap(address);
        foreach (var (network, kind) in s_networks)
            if (network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain))
                return kind;
        return AddressKind.Public;
    }

    private static IPAddress Unwrap(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        return address.AddressFamily == s_nat64.BaseAddress.AddressFamily && s_nat64.Contains(address) ? new IPAddress(address.GetAddressBytes().AsSpan(12)) : address;
    }

    private static IEnumerable<(IPNetwork, AddressKind)> Of(AddressKind kind, params string[] networks) => networks.Select(n => (IPNetwork.Parse(n), kind));
}
