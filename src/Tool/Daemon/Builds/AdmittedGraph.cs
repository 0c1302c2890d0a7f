using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>A graph that may be solved.</summary>
/// <param name="Definition">With other sources than were asked for where a policy wants them.</param>
/// <param name="Edge">The same, loaded.</param>
internal sealed record AdmittedGraph(Definition Definition, Edge Edge);
