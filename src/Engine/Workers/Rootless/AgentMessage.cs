using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A message of the SSH agent protocol (draft-ietf-sshm-ssh-agent): what follows its length.</summary>
internal sealed record AgentMessage(byte[] Body)
{
    // As OpenSSH's agent bounds them.
    private const int Longest = 256 << 10;

    private const byte FailureType = 5, ListKeysType = 11, SignType = 13, SignatureType = 14, ExtensionType = 27;

    /// <summary>The answer to what is not done.</summary>
    public static AgentMessage Failure { get; } = new([FailureType]);

    /// <summary>Whether a step may ask for this: to list keys and to sign. <c>session-bind</c> comes with signing, for keys that are bound to
    /// hosts. All else changes what the agent holds, or nobody knows what it does.</summary>
    public bool IsForSigning => Body is [ListKeysType] or [SignType, ..] || (Body is [ExtensionType, .. var rest] && TakeString(rest).SequenceEqual("session-bind@openssh.com"u8));

    /// <summary>Whether this answers with a signature.</summary>
    public bool IsSignature => Body is [SignatureType, ..];

    /// <summary>The key that a signature is asked of, as OpenSSH shows it (<c>SHA256:...</c>); <c>null</c> when none is.</summary>
    public string? SigningKey => Body is [SignType, .. var rest] ? "SHA256:" + Convert.ToBase64String(SHA256.HashData(TakeString(rest))).TrimEnd('=') : null;

    /// <summary>The next message, or <c>null</c> when the other end is gone or does not speak the protocol.</summary>
    public static async Task<AgentMessage?> ReceiveAsync(Socket socket, CancellationToken cancellationToken)
    {
        var head = new byte[sizeof(int)];
        if (!await FillAsync(socket, head, cancellationToken).ConfigureAwait(false)) return null;
        var length = BinaryPrimitives.ReadInt32BigEndian(head);
        if (length is < 1 or > Longest) return null;
        var body = new byte[length];
        return await FillAsync(socket, body, cancellationToken).ConfigureAwait(false) ? new AgentMessage(body) : null;
    }

    public async Task SendAsync(Socket socket, CancellationToken cancellationToken)
    {
        var bytes = new byte[sizeof(int) + Body.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, Body.Length);
        Body.CopyTo(bytes, sizeof(int));
        for (var sent = 0; sent < bytes.Length;) sent += await socket.SendAsync(bytes.AsMemory(sent), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> FillAsync(Socket socket, byte[] buffer, CancellationToken cancellationToken)
    {
        for (var filled = 0; filled < buffer.Length;)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false);
            if (read == 0) return false;
            filled += read;
        }
        return true;
    }

    private static ReadOnlySpan<byte> TakeString(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < sizeof(int)) return [];
        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        return length > bytes.Length - sizeof(int) ? [] : bytes.Slice(sizeof(int), (int)length);
    }
}
