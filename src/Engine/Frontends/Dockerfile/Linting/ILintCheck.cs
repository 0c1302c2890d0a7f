namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting;

/// <summary>Looks for one thing in a Dockerfile that is understood but not built.</summary>
internal interface ILintCheck
{
    /// <summary>Reports each place.</summary>
    void Check(ParsedDockerfile file, ILintSink sink);
}
