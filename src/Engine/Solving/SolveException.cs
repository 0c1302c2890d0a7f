using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Engine.Solving;

/// <summary>A step failed. The message names the step; the cause is inside, and its code and position are this error's too.</summary>
public sealed class SolveException : BuildException
{
    internal const string StepFailed = "MBK1701";

    internal SolveException(Vertex vertex, BuildException cause)
        : base(cause.Code, cause.Kind, $"{vertex.Name}: {cause.Message}", cause)
    {
        Vertex = vertex;
        Position = cause.Position;
    }

    internal SolveException(Vertex vertex, Exception cause)
        : base(StepFailed, ErrorKind.Unavailable, $"{vertex.Name}: {cause.Message.TrimEnd('.')}. Run the build again with detailed verbosity to see more.", cause) => Vertex = vertex;

    /// <summary>The step.</summary>
    public Vertex Vertex { get; }

    /// <summary>The same, with the place where the step was written.</summary>
    internal SolveException At(SourcePosition position) =>
        InnerException is BuildException cause ? new(Vertex, cause) { Position = position } : new(Vertex, InnerException!) { Position = position };
}
