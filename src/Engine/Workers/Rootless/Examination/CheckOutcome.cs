namespace MsBuildKit.Engine.Workers.Rootless.Examination;

/// <summary>What came of looking at one thing that steps need.</summary>
public enum CheckOutcome
{
    /// <summary>It is as steps need it.</summary>
    Good,

    /// <summary>Steps cannot run until it is mended.</summary>
    Bad,

    /// <summary>Some steps cannot run until it is mended.</summary>
    Limited,

    /// <summary>Steps run either way.</summary>
    Note,
}
