using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.TestKit.FileOps;

/// <summary>A file operation with what it is run on and what has to come out, for any solver of LLB.</summary>
/// <param name="Name">Says it in words.</param>
/// <param name="Inputs">The trees of its inputs, each the entries of one layer.</param>
/// <param name="Op">The operation.</param>
/// <param name="Outputs">The trees that come out by output number, a sorted line for each path (<see cref="TreeLine"/>); none when it fails.</param>
/// <param name="Error">The code of our error, or <c>null</c> when it succeeds.</param>
/// <param name="Differs">What BuildKit does otherwise, or <c>null</c> when it does the same (errors have no codes there).</param>
public sealed record FileCase(string Name, IReadOnlyList<IReadOnlyList<TreeEntry>> Inputs, FileOp Op, IReadOnlyList<IReadOnlyList<string>> Outputs, string? Error, string? Differs);
