namespace MsBuildKit.Engine.Llb;

/// <summary>Numbers with a meaning in LLB (BuildKit's solver/pb/const.go).</summary>
public static class OpConstants
{
    /// <summary>As an input: scratch. As an output: not kept.</summary>
    public const long Empty = -1;
}
