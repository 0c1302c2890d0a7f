using Grpc.Core;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Tool.Daemon.Policies;
using MsBuildKit.Tool.Daemon.Services;
using MsBuildKit.Tool.Protocol.Gateway;
using MsBuildKit.Tool.Protocol.Policies;
using MsBuildKit.Tool.Protocol.PolicySession;

namespace MsBuildKit.Tool.Tests.Daemon.Policies;

/// <summary>A client that judges sources.</summary>
public sealed class ClientPolicyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Apply_Allowed_LeavesItAsItIs()
    {
        var source = Source();
        Assert.False(await ApplyAsync(source, _ => Decide(PolicyAction.Allow)));
        Assert.Equal(Source(), source);
    }

    [Fact]
    public async Task Apply_AnotherSource_IsJudgedAnewAndTaken()
    {
        var source = Source();
        var update = new SourceOp { Identifier = "docker-image://b", Attrs = { ["x"] = "y" } };
        var asked = new List<string>();
        Assert.True(await ApplyAsync(source, q =>
        {
            asked.Add(q.Source.Source.Identifier);
            return asked.Count == 1 ? new CheckPolicyResponse { Decision = new DecisionResponse { Action = PolicyAction.Convert, Update = update } } : Decide(PolicyAction.Allow);
        }));
        Assert.Equal(["docker-image://a", "docker-image://b"], asked);
        Assert.Equal(update, source);
    }

    [Fact]
    public async Task Apply_AQuestion_IsAnswered() => Assert.False(await ApplyAsync(Source(), q => q.Source.Image is null
        ? new CheckPolicyResponse { Request = new ResolveSourceMetaRequest { Source = q.Source.Source } } : Decide(q.Source.Image.Digest == "found" ? PolicyAction.Allow : PolicyAction.Deny)));

    [Fact]
    public async Task Apply_Denied_SaysWhyInTheErrorsDetails()
    {
        var error = await Assert.ThrowsAsync<SourceDenial>(() => ApplyAsync(Source(), _ => new CheckPolicyResponse
        {
            Decision = new DecisionResponse { Action = PolicyAction.Deny, DenyMessages = { new DenyMessage { Message = "not that" } } },
        }));
        Assert.Equal(("MBK2510", "source \"docker-image://a\" not allowed by policy: action DENY"), (error.Code, error.Message));
        Assert.Contains("not that", Assert.Single(ErrorDetails.Describe(error).Details).Value.ToStringUtf8());
    }

    [Fact]
    public async Task Apply_AClientThatNeverDecides_IsGivenUp()
    {
        var error = await Assert.ThrowsAnyAsync<BuildException>(() => ApplyAsync(Source(), q => new CheckPolicyResponse { Decision = new DecisionResponse { Action = PolicyAction.Convert, Update = q.Source.Source } }));
        Assert.Contains("too many policy requests", error.Message);
    }

    [Fact]
    public async Task Apply_AQuestionAboutSomethingElse_IsRefused()
    {
        var error = await Assert.ThrowsAnyAsync<BuildException>(() => ApplyAsync(Source(), _ => new CheckPolicyResponse { Request = new ResolveSourceMetaRequest { Source = new SourceOp { Identifier = "docker-image://other" } } }));
        Assert.Contains("different source identifier", error.Message);
    }

    private static SourceOp Source() => new() { Identifier = "docker-image://a" };

    private static CheckPolicyResponse Decide(PolicyAction action) => new() { Decision = new DecisionResponse { Action = action } };

    private static async Task<bool> ApplyAsync(SourceOp source, Func<CheckPolicyRequest, CheckPolicyResponse> judge)
    {
        await using var client = await FakeClient.StartAsync(new FakePolicy(judge));
        return await new ClientPolicy(client.Session).ApplyAsync(
            source, null, r => Task.FromResult(new ResolveSourceMetaResponse { Source = r.Source, Image = new ResolveSourceImageResponse { Digest = "found" } }), Token);
    }

    private sealed class FakePolicy(Func<CheckPolicyRequest, CheckPolicyResponse> judge) : PolicyVerifier.PolicyVerifierBase
    {
        public override Task<CheckPolicyResponse> CheckPolicy(CheckPolicyRequest request, ServerCallContext context) => Task.FromResult(judge(request));
    }
}
