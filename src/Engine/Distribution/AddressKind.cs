namespace MsBuildKit.Engine.Distribution;

/// <summary>Whose an address is, from the narrowest circle to the widest.</summary>
internal enum AddressKind
{
    /// <summary>This link only; clouds keep their metadata services here.</summary>
    LinkLocal,

    /// <summary>This machine.</summary>
    Loopback,

    /// <summary>This network, or the provider's.</summary>
    Private,

    Public,
}
