using System.Text.RegularExpressions;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting.Checks;

/// <summary>Arguments before the first stage are not looked at: no image has them.</summary>
internal sealed partial class SecretsCheck : ILintCheck
{
    public void Check(ParsedDockerfile file, ILintSink sink)
    {
        foreach (var instruction in file.Stages.SelectMany(s => s.Instructions))
            foreach (var name in Names(instruction).Where(IsSecret))
                sink.Warn(
                    LintRules.SecretsUsedInArgOrEnv, LintMessages.SecretsUsedInArgOrEnv(instruction.Name.ToUpperInvariant(), name), instruction.Range,
                    instruction);
    }

    private static IEnumerable<string> Names(Instruction instruction) => instruction switch
    {
        ArgInstruction arg => arg.Args.Select(a => a.Key),
        EnvInstruction env => env.Pairs.Select(p => p.Key),
        _ => [],
    };

    private static bool IsSecret(string name) => Secret().IsMatch(name) && !Harmless().IsMatch(name);

    [GeneratedRegex("(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Secret();

    // PUBLIC_KEY is no secret, and SECRET_FILE names a place and KEY_VERSION a number.
    [GeneratedRegex("(?:_|^)(?:public|file|version)(?:_|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Harmless();
}
