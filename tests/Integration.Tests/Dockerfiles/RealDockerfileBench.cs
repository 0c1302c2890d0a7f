using MsBuildKit.TestKit.Dockerfiles;

namespace MsBuildKit.Integration.Tests.Dockerfiles;

/// <summary>A bench with what real Dockerfiles are made of.</summary>
public sealed class RealDockerfileBench : DockerfileBench
{
    protected override Task AddAsync(DockerfileGround ground) => ground.AddRealAsync();
}
