using System.Collections.Concurrent;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers.Remote.Protocol;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers.Remote;

/// <summary>What an engine lends to the process that speaks to builders: what it said, and for the rest it is asked.</summary>
/// <param name="wire">The graph.</param>
/// <param name="trees">What came before it.</param>
/// <param name="store">The store that both share.</param>
/// <param name="ask">Sends a question.</param>
internal sealed class AskedSession(Graph wire, IEnumerable<Tree> trees, LocalContentStore store, Action<Question> ask) : IBuildSession
{
    private readonly Dictionary<string, LocalTree> _trees = TreesOnWire.FromWire(trees).ToDictionary(t => t.Name, StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, SshSource> _agents = GraphOnWire.AgentsOf(wire);
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<Answer>> _questions = new();
    private ulong _last;

    /// <inheritdoc />
    public LocalTree? FindLocal(string name) => _trees.GetValueOrDefault(name);

    /// <inheritdoc />
    public string? FindFolder(string name) => wire.Folders.TryGetValue(name, out var folder) ? folder : null;

    /// <inheritdoc />
    public IContentSource? FindLayout(string name) => wire.Layouts.Contains(name) ? new AskedLayout(this, name) : null;

    /// <inheritdoc />
    public ISecretSource? FindSecret(string id) => new AskedSecret(this, id);

    /// <inheritdoc />
    public SshSource? FindSsh(string id) => _agents.GetValueOrDefault(id);

    /// <summary>Takes an answer of the engine's.</summary>
    public void Hear(Answer answer)
    {
        if (_questions.TryRemove(answer.Number, out var asked)) asked.TrySetResult(answer);
    }

    private async Task<Answer> AskAsync(Question question, CancellationToken cancellationToken)
    {
        question.Number = Interlocked.Increment(ref _last);
        var asked = _questions[question.Number] = new TaskCompletionSource<Answer>(TaskCreationOptions.RunContinuationsAsynchronously);
        ask(question);
        var answer = await asked.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return answer.Failure is { } failure ? throw EventsOnWire.FromWire(failure) : answer;
    }

    private sealed class AskedSecret(AskedSession session, string id) : ISecretSource
    {
        public string Place => $"the secret '{id}' of the build";

        public async ValueTask<byte[]?> FindAsync(CancellationToken cancellationToken)
        {
            var answer = await session.AskAsync(new Question { Secret = id }, cancellationToken).ConfigureAwait(false);
            return answer.Found ? answer.Bytes.ToByteArray() : null;
        }
    }

    private sealed class AskedLayout(AskedSession session, string name) : IContentSource
    {
        public async ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken) =>
            await IsThereAsync(digest, cancellationToken).ConfigureAwait(false) ? await session.Store.FindSizeAsync(digest, cancellationToken).ConfigureAwait(false) : null;

        public async ValueTask<Stream?> FindAsync(Digest digest, CancellationToken cancellationToken) =>
            await IsThereAsync(digest, cancellationToken).ConfigureAwait(false) ? await session.Store.FindAsync(digest, cancellationToken).ConfigureAwait(false) : null;

        private async Task<bool> IsThereAsync(Digest digest, CancellationToken cancellationToken) =>
            (await session.AskAsync(new Question { Content = new LayoutContent { Layout = name, Digest = digest.ToString() } }, cancellationToken).ConfigureAwait(false)).Found;
    }

    private LocalContentStore Store => store;
}
