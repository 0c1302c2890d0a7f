using Grpc.Core;
using Grpc.Health.V1;

namespace MsBuildKit.Tool.Daemon.Services;

/// <summary><c>grpc.health.v1.Health</c>: as long as it answers, it serves.</summary>
internal sealed class HealthService : Health.HealthBase
{
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        Task.FromResult(new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.Serving });
}
