namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Who a step runs as, in ids of the step; <paramref name="Groups"/> holds <paramref name="Gid"/> too (CVE-2023-25173).</summary>
internal sealed record StepUser(int Uid, int Gid, IReadOnlyList<int> Groups, string Home);
