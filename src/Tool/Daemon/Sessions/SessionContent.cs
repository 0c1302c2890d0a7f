using Grpc.Core;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Protocol.Contents;

namespace MsBuildKit.Tool.Daemon.Sessions;

/// <summary>A store of the client: an OCI layout, a cache, or the place of an export.</summary>
/// <param name="client">Has it.</param>
/// <param name="store">What the client calls it, as <see cref="OfLayout"/> or <see cref="Export"/>.</param>
internal sealed class SessionContent(ClientSession client, string store) : IContentSource
{
    /// <summary>The store that exports are written to.</summary>
    public const string Export = "export";

    private const string StoreKey = "buildkit-attachable-store-id";

    private const string Service = "/containerd.services.content.v1.Content/";

    /// <summary>The store of a layout that the client lends.</summary>
    public static string OfLayout(string name) => "oci:" + name;

    /// <summary>What a folder of the client with a cache is called.</summary>
    public static string NameOfFolder(string folder) => "local:" + folder;

    /// <summary>A folder of the client with a cache.</summary>
    public static SessionContent OfFolder(ClientSession client, string folder) => new(client, NameOfFolder(folder));

    /// <summary>Whether the client has stores to read.</summary>
    public static bool IsLentBy(ClientSession client) => client.Serves(Service + "Info") && client.Serves(Service + "Read");

    /// <summary>Whether the client has stores to write.</summary>
    public static bool IsWrittenBy(ClientSession client) => client.Serves(Service + "Write");

    /// <summary>What each call on a store says.</summary>
    public static Metadata Headers(string store) => store.All(c => c is >= ' ' and <= '~') ? new() { { StoreKey, store } }
        : throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, $"header key \"{StoreKey}\" contains value with non-printable ASCII characters: give '{store}' another name");

    /// <inheritdoc />
    public async ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await new Content.ContentClient(client.Channel).InfoAsync(new InfoRequest { Digest = digest.ToString() }, Headers(store), cancellationToken: cancellationToken).ConfigureAwait(false);
            return answer.Info.Size;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
        catch (RpcException e)
        {
            throw SessionErrors.Failed(e, $"say whether '{store}' has '{digest}'");
        }
    }

    /// <inheritdoc />
    public async ValueTask<Stream?> FindAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (await FindSizeAsync(digest, cancellationToken).ConfigureAwait(false) is not { } size) return null;
        var call = new Content.ContentClient(client.Channel).Read(new ReadContentRequest { Digest = digest.ToString() }, Headers(store), cancellationToken: client.Closed);
        return new SessionBlob(call, store, digest, size);
    }
}
