namespace MsBuildKit.Faults.SystemCalls;

/// <summary>What happens to a call.</summary>
internal enum Harm
{
    /// <summary>The process is killed instead.</summary>
    Kill,

    /// <summary>It fails as on a broken disk.</summary>
    Eio,

    /// <summary>It fails as on a full disk.</summary>
    Enospc,
}
