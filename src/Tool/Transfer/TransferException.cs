using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Transfer;

/// <summary>Files did not get from one side to the other.</summary>
internal sealed class TransferException(string code, ErrorKind kind, string message, Exception? inner = null) : BuildException(code, kind, message, inner)
{
    internal const string OtherSide = "MBK2540";
    internal const string BrokenStream = "MBK2541";
    internal const string BadPath = "MBK2542";
    internal const string OtherSize = "MBK2543";
    internal const string TooMuch = "MBK2544";
    internal const string CannotKeep = "MBK2545";
    internal const string NotOffered = "MBK2546";
    internal const string InUse = "MBK2547";

    /// <summary>What came breaks the rules of the protocol.</summary>
    public static TransferException Broken(string what) => new(BrokenStream, ErrorKind.Invalid, $"The transfer of files broke off: {what}. Try again; if it stays so, the other side has a fault.");

    /// <summary>The other side said what went wrong.</summary>
    public static TransferException Told(string message) => new(OtherSide, ErrorKind.FailedPrecondition, $"The other side of a transfer of files gave up: {message.TrimEnd('.')}. Mend that and try again.");

    /// <summary>A file has not the size that was said.</summary>
    public static TransferException Resized(string path) =>
        new(OtherSize, ErrorKind.FailedPrecondition, $"'{path}' changed while it was sent: it is not as long as it was said to be. Stop what writes to it and build again.");

    /// <summary>A file or folder could not be written.</summary>
    public static TransferException Unkept(string path, Exception inner) =>
        new(CannotKeep, ErrorKind.FailedPrecondition, $"What was received cannot be written to '{path}': {inner.Message.TrimEnd('.')}. Make room, or check the permissions.", inner);
}
