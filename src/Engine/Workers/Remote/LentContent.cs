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
        return await layout.FindSizeAsync(digest, cancellationToken).ConfigureAwait(false) is { } size
            && await graph.Store.TryBringAsync(layout, digest, size, null, cancellationToken).ConfigureAwait(false);
    }
}
