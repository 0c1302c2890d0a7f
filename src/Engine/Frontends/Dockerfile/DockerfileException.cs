using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Frontends.Dockerfile;

/// <summary>A Dockerfile cannot be built. Carries all that is wrong with it; code, message and place are those of the first fault.</summary>
public sealed class DockerfileException : BuildException
{
    /// <summary>At least one fault.</summary>
    public DockerfileException(string file, IReadOnlyList<DockerfileFault> faults)
        : base(faults[0].Code, ErrorKind.Invalid, faults[0].Message)
    {
        (File, Faults) = (file, faults);
        Position = PositionOf(faults[0]);
    }

    /// <summary>The Dockerfile's path or name.</summary>
    public string File { get; }

    /// <summary>In the order of the text.</summary>
    public IReadOnlyList<DockerfileFault> Faults { get; }

    /// <summary>Where a fault stands.</summary>
    public SourcePosition PositionOf(DockerfileFault fault) => new(File, fault.Range.Line, fault.Range.Column);
}
