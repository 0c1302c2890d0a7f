using System.Buffers.Binary;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Which extended attributes go between layers and disks, and what changes on the way.</summary>
/// <remarks>
/// <c>security.capability</c> and <c>user.*</c> do. Not <c>user.overlay.*</c> and <c>user.fuseoverlayfs.*</c>, by which a layer could tell the overlay to look elsewhere; nor
/// <c>trusted.*</c>, <c>security.selinux</c>, <c>security.ima</c> and <c>system.*</c> (access lists, whose numbers are not shifted): those
/// belong to the machine, and a user namespace may not set most of them.
/// </remarks>
internal static class ExtendedAttributes
{
    public const string Opaque = "user.overlay.opaque", FuseOpaque = "user.fuseoverlayfs.opaque";

    private const string Capability = "security.capability";
    private const int Version2 = 0x02000000, Version3 = 0x03000000, VersionMask = unchecked((int)0xFF000000);
    private const int Length2 = 20, Length3 = 24;

    /// <summary>The attribute is one of those that layers and trees share.</summary>
    public static bool IsShared(string name) =>
        name == Capability || (name.StartsWith("user.", StringComparison.Ordinal) && !name.StartsWith("user.overlay.", StringComparison.Ordinal) && !name.StartsWith("user.fuseoverlayfs.", StringComparison.Ordinal));

    /// <summary>The attribute must be set, since programs would not work without it.</summary>
    public static bool IsNeeded(string name) => name == Capability;

    /// <summary>What a layer says, as the disk has it.</summary>
    public static byte[] ToDisk(string name, byte[] value, int idShift) =>
        name == Capability && VersionOf(value) == Version3 ? WithOwner(value, BinaryPrimitives.ReadUInt32LittleEndian(value.AsSpan(Length2)) + (uint)idShift) : value;

    /// <summary>What the disk has, as a layer says it: capabilities that hold for the root of a step's own namespace hold for any.</summary>
    public static byte[] FromDisk(string name, byte[] value, int idShift)
    {
        if (name != Capability || VersionOf(value) != Version3) return value;
        var owner = BinaryPrimitives.ReadUInt32LittleEndian(value.AsSpan(Length2));
        if (owner > idShift) return WithOwner(value, owner - (uint)idShift);
        var plain = value[..Length2];
        BinaryPrimitives.WriteInt32LittleEndian(plain, (BinaryPrimitives.ReadInt32LittleEndian(plain) & ~VersionMask) | Version2);
        return plain;
    }

    private static int VersionOf(byte[] value)
    {
        if (value.Length < 4) return 0;
        var version = BinaryPrimitives.ReadInt32LittleEndian(value) & VersionMask;
        return version == Version3 && value.Length != Length3 ? 0 : version;
    }

    private static byte[] WithOwner(byte[] value, uint owner)
    {
        var changed = value.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(changed.AsSpan(Length2), owner);
        return changed;
    }
}
