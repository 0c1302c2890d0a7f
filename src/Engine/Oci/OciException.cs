using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Oci;

/// <summary>A digest, reference, platform or document that the OCI specifications do not allow.</summary>
public sealed class OciException(string code, string message, Exception? inner = null)
    : BuildException(code, ErrorKind.Invalid, message, inner)
{
    internal const string InvalidDigest = "MBK1101";
    internal const string InvalidReference = "MBK1102";
    internal const string InvalidPlatform = "MBK1103";
    internal const string InvalidDocument = "MBK1104";
    internal const string UnknownMediaType = "MBK1105";
}
