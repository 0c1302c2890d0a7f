using Google.Protobuf;
using Grpc.Core;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Protocol.Gateway;
using MsBuildKit.Tool.Protocol.Policies;
using MsBuildKit.Tool.Protocol.PolicySession;

namespace MsBuildKit.Tool.Daemon.Policies;

/// <summary>A client that judges each source of its build itself. It may ask what a source is before it decides, and want another one in its place.</summary>
/// <param name="client">Who judges.</param>
internal sealed class ClientPolicy(ClientSession client)
{
    private const int MostQuestions = 10;

    private readonly PolicyVerifier.PolicyVerifierClient _verifier = new(client.Channel);

    /// <summary>Changes a source as the client wants it, and tells whether it did. Throws MBK2510 when it does not allow it.</summary>
    /// <param name="source">The source.</param>
    /// <param name="platform">What it is for.</param>
    /// <param name="find">Says what a source is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<bool> ApplyAsync(SourceOp source, Platform? platform, Func<ResolveSourceMetaRequest, Task<ResolveSourceMetaResponse>> find, CancellationToken cancellationToken)
    {
        var isChanged = false;
        var question = new CheckPolicyRequest { Platform = platform, Source = new ResolveSourceMetaResponse { Source = source.Clone() } };
        for (var left = MostQuestions; left > 0; left--)
        {
            var answer = await AskAsync(question, cancellationToken).ConfigureAwait(false);
            if (answer.Request is { } wanted)
            {
                RequireSame(source, wanted.Source);
                question.Source = await find(wanted).ConfigureAwait(false);
                continue;
            }
            switch (answer.Decision)
            {
                case { Action: PolicyAction.Allow }:
                    return isChanged;
                case { Action: PolicyAction.Convert, Update: { } update }:
                    (source.Identifier, isChanged) = (update.Identifier, true);
                    source.Attrs.Clear();
                    source.Attrs.Add(update.Attrs);
                    question.Source = new ResolveSourceMetaResponse { Source = source.Clone() };
                    break;
                case { } decision:
                    throw new SourceDenial(source.Identifier, decision);
                default:
                    throw Bad("no decision in policy response");
            }
        }
        throw Bad("too many policy requests");
    }

    private async Task<CheckPolicyResponse> AskAsync(CheckPolicyRequest question, CancellationToken cancellationToken)
    {
        try
        {
            return await _verifier.CheckPolicyAsync(question, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw SessionErrors.Failed(e, $"judge the source '{question.Source.Source.Identifier}'");
        }
    }

    private static void RequireSame(SourceOp source, SourceOp? wanted)
    {
        if (wanted?.Identifier != source.Identifier) throw Bad($"policy requested different source identifier: \"{wanted?.Identifier}\" != \"{source.Identifier}\"");
        if (!wanted.Attrs.Equals(source.Attrs)) throw Bad("policy requested different source attrs");
    }

    private static DaemonException Bad(string what) => new(DaemonException.BadPolicy, ErrorKind.Invalid, $"{what}: the client's policy cannot be used");
}
