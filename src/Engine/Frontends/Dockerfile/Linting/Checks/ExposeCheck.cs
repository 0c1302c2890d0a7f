using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting.Checks;

/// <summary>Both checks of ports. What a variable stands for is not known here.</summary>
internal sealed class ExposeCheck : ILintCheck
{
    public void Check(ParsedDockerfile file, ILintSink sink)
    {
        foreach (var expose in file.Stages.SelectMany(s => s.Instructions).OfType<ExposeInstruction>())
            foreach (var port in expose.Ports)
            {
                if (HasUpperProtocol(port)) sink.Warn(LintRules.ExposeProtoCasing, LintMessages.ExposeProtoCasing(port), expose.Range, expose);
                if (HasHostPart(port)) sink.Warn(LintRules.ExposeInvalidFormat, LintMessages.ExposeInvalidFormat(port), expose.Range, expose);
            }
    }

    private static bool HasUpperProtocol(string port)
    {
        var slash = port.LastIndexOf('/');
        return slash >= 0 && port.AsSpan(slash) is var protocol && !protocol.ContainsAny('$', '}') && protocol.ContainsAnyInRange('A', 'Z');
    }

    private static bool HasHostPart(string port) => !port.Contains('$', StringComparison.Ordinal) && port.LastIndexOf(':') > 0;
}
