using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Faults.Escapes;

/// <summary>An image and a step that together lead out of where steps belong, if anything lets them.</summary>
/// <param name="Name">What is tried.</param>
/// <param name="Layer">On top of busybox; the second input too.</param>
/// <param name="Exec">The step.</param>
/// <param name="Before">A step that prepares it, or <c>null</c>.</param>
internal sealed record EscapeCase(string Name, byte[] Layer, ExecOp Exec, ExecOp? Before = null);
