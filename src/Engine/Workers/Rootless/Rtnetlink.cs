using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Changes links and routes of the calling thread's network namespace (rtnetlink(7)).</summary>
internal sealed partial class Rtnetlink : IDisposable
{
    private const int Family = 16, Raw = 3, CloseOnExec = 0x80000;
    private const ushort NewLink = 16, NewRoute = 24, DeleteRoute = 25, ErrorMessage = 2;
    private const ushort Request = 1, Acknowledge = 4, CreateNew = 0x400;
    private const byte MainTable = 254, StaticProtocol = 4, Universe = 0, Unreachable = 7;
    private const ushort Destination = 1, Priority = 6;
    private const int HeaderSize = 16, LoopbackIndex = 1, Up = 1;

    private readonly SafeFileHandle _socket;

    public Rtnetlink()
    {
        var descriptor = socket(Family, Raw | CloseOnExec, 0);
        _socket = descriptor < 0 ? throw Kernel.Error("a netlink socket") : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Brings the loopback interface up.</summary>
    public void RaiseLoopback()
    {
        var body = new byte[16];
        MemoryMarshal.Write(body.AsSpan(4), LoopbackIndex);
        MemoryMarshal.Write(body.AsSpan(8), Up);
        MemoryMarshal.Write(body.AsSpan(12), Up);
        Send(NewLink, 0, body);
    }

    /// <summary>Makes a range of addresses unreachable; no route to as large a range that comes later wins over it.</summary>
    public void Block(IPNetwork network) => Send(NewRoute, CreateNew, Unreachability(network));

    /// <summary>Takes such a block away again.</summary>
    public void Unblock(IPNetwork network) => Send(DeleteRoute, 0, Unreachability(network));

    private static byte[] Unreachability(IPNetwork network)
    {
        var address = network.BaseAddress.GetAddressBytes();
        var body = new byte[12 + 4 + address.Length + 8];
        body[0] = (byte)(address.Length == 4 ? 2 : 10);
        body[1] = (byte)network.PrefixLength;
        (body[4], body[5], body[6], body[7]) = (MainTable, StaticProtocol, Universe, Unreachable);
        WriteAttribute(body.AsSpan(12), Destination, address);
        WriteAttribute(body.AsSpan(16 + address.Length), Priority, BitConverter.GetBytes(1));
        return body;
    }

    private void Send(ushort type, ushort flags, ReadOnlySpan<byte> body)
    {
        var message = new byte[HeaderSize + body.Length];
        MemoryMarshal.Write(message, message.Length);
        MemoryMarshal.Write(message.AsSpan(4), type);
        MemoryMarshal.Write(message.AsSpan(6), (ushort)(flags | Request | Acknowledge));
        body.CopyTo(message.AsSpan(HeaderSize));
        if (send(_socket, message, (nuint)message.Length, 0) != message.Length) throw Kernel.Error("a netlink socket");

        var answer = new byte[4096];
        if (recv(_socket, answer, (nuint)answer.Length, 0) < HeaderSize + 4) throw Kernel.Error("a netlink socket");
        var result = MemoryMarshal.Read<int>(answer.AsSpan(HeaderSize));
        if (MemoryMarshal.Read<ushort>(answer.AsSpan(4)) == ErrorMessage && result != 0) throw Kernel.Error("a route or link", -result);
    }

    private static void WriteAttribute(Span<byte> target, ushort type, ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(target[2..], type);
        value.CopyTo(target[4..]);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(SafeFileHandle socket, byte[] bytes, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(SafeFileHandle socket, byte[] bytes, nuint length, int flags);
}
