using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Sessions;

/// <summary>What is known of a file's content.</summary>
/// <param name="Sha256">Of its bytes.</param>
/// <param name="Sha1">Of its bytes, in lower-case hex; SPDX 2.3 wants it. Empty for files of a folder, which no SBOM lists.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Executable">The content is a program: an ELF file that is static or names its interpreter, or a script that starts with
/// <c>#!</c>. The permission bits of the host are not asked, for they differ between machines.</param>
public sealed record FileFacts(Digest Sha256, string Sha1, long Size, bool Executable);
