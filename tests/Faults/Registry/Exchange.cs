namespace MsBuildKit.Faults.Registry;

/// <summary>One request at the proxy, between the client that waits and the registry that would answer.</summary>
/// <param name="OtherHost">Where the proxy can be reached by another name.</param>
/// <param name="Random">For what a fault leaves to chance.</param>
internal sealed record Exchange(ProxiedRequest Request, Wire Wire, Upstream Registry, string OtherHost, Random Random, CancellationToken Stop)
{
    public Task<ProxiedAnswer> ForwardAsync() => Registry.SendAsync(Request, Stop);

    /// <summary>Answers whole.</summary>
    public async Task AnswerAsync(ProxiedAnswer answer)
    {
        await Wire.WriteAsync(answer.Head(), Stop);
        if (Request.Method != "HEAD") await Wire.WriteAsync(answer.Body, Stop);
    }

    /// <summary>Answers with the head and a part of the body.</summary>
    public async Task AnswerPartAsync(ProxiedAnswer answer)
    {
        await Wire.WriteAsync(answer.Head(), Stop);
        await Wire.WriteAsync(answer.Body.AsMemory(0, answer.Body.Length / 2), Stop);
    }
}
