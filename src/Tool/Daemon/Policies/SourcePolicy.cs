using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Protocol.Policies;

namespace MsBuildKit.Tool.Daemon.Policies;

/// <summary>What a client says of the sources of its build: allowed, denied, or others in their place (BuildKit's sourcepolicy).</summary>
/// <remarks>Of rules that allow or deny, the last that matches decides. One that changes a source begins the whole anew, for what it is now.</remarks>
internal sealed class SourcePolicy
{
    private const int MostChanges = 20;
    private const string Image = "docker-image://";

    private readonly IReadOnlyList<IReadOnlyList<PolicyRule>> _policies;

    /// <param name="policies">In the order in which they are asked. Throws MBK2511 for a rule that makes no sense.</param>
    public SourcePolicy(IEnumerable<Policy> policies)
        : this(policies.Select(p => (IReadOnlyList<PolicyRule>)[.. p.Rules.Select(r => new PolicyRule(r))]).ToList())
    {
    }

    private SourcePolicy(IReadOnlyList<IReadOnlyList<PolicyRule>> policies) => _policies = policies;

    /// <summary>The same with others after it. Throws MBK2511 for a rule that makes no sense.</summary>
    public SourcePolicy With(IReadOnlyCollection<Policy> more) => more.Count == 0 ? this : new(_policies.Concat(new SourcePolicy(more)._policies).ToList());

    /// <summary>No source is looked at.</summary>
    public static SourcePolicy None { get; } = new(Array.Empty<Policy>());

    public bool IsEmpty => _policies.All(p => p.Count == 0);

    /// <summary>Changes a source as the rules want it, and tells whether they did. Throws MBK2510 when it is denied.</summary>
    public bool Apply(SourceOp source)
    {
        if (IsEmpty) return false;
        source.Identifier = Normalize(source.Identifier);
        for (var changes = 0; ; changes++)
        {
            if (!ApplyOnce(source)) return changes > 0;
            if (changes == MostChanges)
                throw new DaemonException(DaemonException.BadPolicy, ErrorKind.Invalid, $"too many mutations on a single source: rules of the policy lead from '{source.Identifier}' back to where they began");
        }
    }

    private bool ApplyOnce(SourceOp source)
    {
        foreach (var rules in _policies)
        {
            var isDenied = false;
            foreach (var rule in rules.Where(r => r.Matches(source)))
                switch (rule.Action)
                {
                    case PolicyAction.Convert:
                        if (rule.Change(source)) return true;
                        break;
                    default:
                        isDenied = rule.Action == PolicyAction.Deny;
                        break;
                }
            if (isDenied) throw new DaemonException(DaemonException.SourceDenied, ErrorKind.FailedPrecondition, $"source \"{source.Identifier}\" denied by policy");
        }
        return false;
    }

    // However short somebody wrote it, it is the same image.
    internal static string Normalize(string identifier) =>
        identifier.StartsWith(Image, StringComparison.Ordinal) && ImageReference.TryParse(identifier[Image.Length..], out var reference, out _) ? Image + reference : identifier;
}
