using System.Text.RegularExpressions;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Tool.Protocol.Policies;

namespace MsBuildKit.Tool.Daemon.Policies;

/// <summary>One rule of a source policy, ready to be asked.</summary>
internal sealed class PolicyRule
{
    // As in Go: the time that matching takes grows with the text and no faster.
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private readonly Rule _rule;
    private readonly Regex? _pattern;
    private readonly IReadOnlyList<(AttrConstraint Constraint, Regex? Pattern)> _constraints;

    public PolicyRule(Rule rule)
    {
        if (rule.Selector is not { } selector) throw Bad("invalid nil selector in policy");
        if (!Enum.IsDefined(rule.Action)) throw Bad($"unknown type of the rule for '{selector.Identifier}'");
        if (rule.Action == PolicyAction.Convert && rule.Updates is null) throw Bad($"missing destination for convert rule '{selector.Identifier}'");
        _rule = rule;
        _pattern = selector.MatchType switch
        {
            Protocol.Policies.MatchType.Exact => null,
            Protocol.Policies.MatchType.Regex => Compile(selector.Identifier),
            Protocol.Policies.MatchType.Wildcard => Compile(Wildcard(selector.Identifier)),
            _ => throw Bad($"the rule for '{selector.Identifier}' has an unknown match type"),
        };
        _constraints = [.. selector.Constraints.Select(c => (c, c.Condition == AttrMatch.Matches ? Compile(c.Value) : null))];
    }

    public PolicyAction Action => _rule.Action;

    /// <summary>Whether it is about a source.</summary>
    public bool Matches(SourceOp source) =>
        _constraints.All(c => Holds(c.Constraint, c.Pattern, source.Attrs.TryGetValue(c.Constraint.Key, out var value) ? value : ""))
        && (_rule.Selector.Identifier == source.Identifier || _pattern?.IsMatch(source.Identifier) is true);

    /// <summary>Changes a source that it is about; tells whether anything is different now.</summary>
    public bool Change(SourceOp source)
    {
        var to = _rule.Updates.Identifier.Length > 0 ? _rule.Updates.Identifier : _rule.Selector.Identifier;
        if (_pattern?.Match(source.Identifier) is { Success: true } match) to = CapturedText.Expand(to, match);
        var isChanged = to.Length > 0 && to != source.Identifier;
        if (isChanged) source.Identifier = to;
        foreach (var (key, value) in _rule.Updates.Attrs)
        {
            if (source.Attrs.TryGetValue(key, out var before) && before == value) continue;
            source.Attrs[key] = value;
            isChanged = true;
        }
        return isChanged;
    }

    private static bool Holds(AttrConstraint constraint, Regex? pattern, string value) => constraint.Condition switch
    {
        AttrMatch.Equal => value == constraint.Value,
        AttrMatch.Notequal => value != constraint.Value,
        AttrMatch.Matches => pattern!.IsMatch(value),
        _ => throw Bad($"the constraint on '{constraint.Key}' has an unknown condition"),
    };

    private static string Wildcard(string text) => text.Contains("**", StringComparison.Ordinal)
        ? throw Bad($"invalid wildcard '{text}': \"**\"")
        : "^" + Regex.Escape(text).Replace("\\*", "(.*)", StringComparison.Ordinal) + "$";

    private static Regex Compile(string pattern)
    {
        try
        {
            return new Regex(pattern, Linear);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw Bad($"invalid regex '{pattern}': {e.Message.TrimEnd('.')}");
        }
    }

    private static DaemonException Bad(string what) => new(DaemonException.BadPolicy, ErrorKind.Invalid, $"the source policy cannot be used: {what}");
}
