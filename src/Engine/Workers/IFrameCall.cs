namespace MsBuildKit.Engine.Workers;

/// <summary>A call over a <see cref="FrameConnection{TFrame}"/>.</summary>
internal interface IFrameCall<in TFrame>
{
    /// <summary>Takes what the process says to it, in order; must not wait.</summary>
    void Hear(TFrame frame);

    /// <summary>Ends it, unless it has ended.</summary>
    void Fail(Exception end);
}
