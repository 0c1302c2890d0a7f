using Google.Protobuf;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Workers.Remote.Protocol;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers.Remote;

/// <summary>Answers what the process that speaks to builders asks for: secrets, and content of layouts, which is put into the store that both share.</summary>
internal sealed class LentContent(RemoteGraph graph)
{
    public async Task<Answer> AnswerAsync(Question question, CancellationToken cancellationToken)
    {
        var answer = new Answer { Number = question.Number };
        try
        {
            if (question.KindCase == Question.KindOneofCase.Secret) await FindAsync(question.Secret, answer, cancellationToken).ConfigureAwait(false);
            else answer.Found = await BringAsync(question.Content, cancellationToken).ConfigureAwait(false);
        }
        catch (BuildException e)
        {
            answer.Failure = EventsOnWire.ToWire(e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            answer.Failure = EventsOnWire.ToWire(RemoteErrors.Unreadable(e));
        }
        return answer;
    }

    private async Task FindAsync(string id, Answer answer, CancellationToken cancellationToken)
    {
        if (graph.Session.FindSecret(id) is not { } source || await source.FindAsync(cancellationToken).ConfigureAwait(false) is not { } secret) return;
        (answer.Found, answer.Bytes) = (true, UnsafeByteOperations.UnsafeWrap(secret));
    }

    private async Task<bool> BringAsync(LayoutContent wanted, CancellationToken cancellationToken)
    {
        if (graph.Session.FindLayout(wanted.Layout) is not { } layout || !Digest.TryParse(wanted.Digest, out var digest)) return false;
        if (await graph.Store.FindSizeAsync(digest, cancellationToken).ConfigureAwait(false) is not null)
        {
            graph.Store.Retain(digest);
            return true;
        }
        if (await layout.FindAsync(digest, cancellationToken).ConfigureAwait(false) is not { } content) return false;
        await using var read = content.ConfigureAwait(false);
        var ingest = graph.Store.BeginIngest();
        await using var written = ingest.ConfigureAwait(false);
        var buffer = new byte[1 << 17];
        for (int count; (count = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;) await ingest.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        await ingest.CommitAsync(digest, null, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
