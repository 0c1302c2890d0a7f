using Grpc.Core;
using MsBuildKit.Tool.Protocol.Traces;

namespace MsBuildKit.Tool.Daemon.Services;

/// <summary><c>opentelemetry.proto.collector.trace.v1.TraceService</c>: clients may send what they measured; nothing is kept of it.</summary>
internal sealed class TraceService : Protocol.Traces.TraceService.TraceServiceBase
{
    public override Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context) => Task.FromResult(new ExportTraceServiceResponse());
}
