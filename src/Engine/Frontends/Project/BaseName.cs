using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Project;

/// <summary>A base image as people call it, and the digest it had.</summary>
public sealed record BaseName(string Name, Digest Digest);
