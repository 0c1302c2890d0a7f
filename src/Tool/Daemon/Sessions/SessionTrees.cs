using Grpc.Core;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Tool.Transfer;

namespace MsBuildKit.Tool.Daemon.Sessions;

/// <summary>Folders that clients lend one build: fetched when they are needed, and held until the build is over.</summary>
/// <param name="folders">Where they are kept.</param>
internal sealed class SessionTrees(ContextFolders folders) : IDisposable
{
    private const string Name = "dir-name", Include = "include-patterns", Exclude = "exclude-patterns", Follow = "followpaths", Encoded = "-encoded";

    /// <summary>Headers of which a client is sent several.</summary>
    public static IReadOnlySet<string> Repeated { get; } = new HashSet<string>(StringComparer.Ordinal) { Include, Exclude, Follow };

    private readonly Lock _gate = new();
    private readonly List<ReceivedContext> _held = [];

    /// <summary>Fetches what a source takes.</summary>
    /// <param name="client">Who has it.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="attributes">Of the source.</param>
    /// <param name="received">Hears how many bytes came.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<SentTree> FetchAsync(ClientSession client, string name, IReadOnlyDictionary<string, string> attributes, IProgress<long> received, CancellationToken cancellationToken)
    {
        var headers = new Metadata { { Name, Escape(name) }, { Name + Encoded, "1" } };
        var filter = FolderFilter.Of(attributes);
        Add(headers, Include, filter.Include);
        Add(headers, Exclude, filter.Exclude);
        Add(headers, Follow, filter.Follow);
        using var packets = SessionPackets.Fetch(client, headers, received, cancellationToken);
        var context = await folders.ReceiveAsync(new ContextId(KeyOf(client, attributes, filter), name), packets, OptionsOf(attributes, filter), cancellationToken).ConfigureAwait(false);
        lock (_gate) _held.Add(context);
        return context.Sent;
    }

    public void Dispose()
    {
        lock (_gate)
            foreach (var received in _held) received.Dispose();
    }

    // What is only described is not what is kept of the folder itself.
    private static string KeyOf(ClientSession client, IReadOnlyDictionary<string, string> attributes, FolderFilter filter) =>
        $"{attributes.GetValueOrDefault("local.sharedkeyhint")}:{client.SharedKey}{(filter.MetadataExcept is null ? "" : ":metadata")}";

    private static ContextOptions OptionsOf(IReadOnlyDictionary<string, string> attributes, FolderFilter filter) =>
        new() { TrustsNothing = attributes.GetValueOrDefault("local.differ") == "none", MetadataExcept = filter.MatchExceptions() };

    private static void Add(Metadata headers, string key, IReadOnlyList<string> values)
    {
        if (values.Count == 0) return;
        foreach (var value in values) headers.Add(key, Escape(value));
        headers.Add(key + Encoded, "1");
    }

    // Clients decode it; and so no value has what stands between two.
    private static string Escape(string text) => Uri.EscapeDataString(text);
}
