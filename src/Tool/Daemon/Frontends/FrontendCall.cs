using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Tool.Daemon.Frontends;

/// <summary>What a frontend is asked for.</summary>
/// <param name="Attributes">Its options, by the keys that the frontend knows.</param>
/// <param name="Inputs">Graphs by name, which stand in for contexts.</param>
internal sealed record FrontendCall(IReadOnlyDictionary<string, string> Attributes, IReadOnlyDictionary<string, Definition> Inputs);
