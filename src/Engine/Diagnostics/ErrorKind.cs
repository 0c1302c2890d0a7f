namespace MsBuildKit.Engine.Diagnostics;

/// <summary>What a caller can do about an error, independent of where it happened.</summary>
public enum ErrorKind
{
    /// <summary>The caller gave something malformed; retrying unchanged cannot help.</summary>
    Invalid,

    /// <summary>A named thing does not exist.</summary>
    NotFound,

    /// <summary>A thing that must be new exists already.</summary>
    AlreadyExists,

    /// <summary>The input is well formed, but the state of the world forbids the operation.</summary>
    FailedPrecondition,

    /// <summary>Something outside answered wrongly or not at all; the same request may work later.</summary>
    Unavailable,

    /// <summary>Understood, but not offered here.</summary>
    NotSupported,
}
