namespace MsBuildKit.Engine.Llb;

/// <summary>The query of a repository's address: <c>ref</c>, <c>tag</c>, <c>branch</c>, <c>subdir</c>, <c>checksum</c> or <c>commit</c>,
/// <c>keep-git-dir</c>, <c>submodules</c>, <c>mtime</c>, <c>fetch-by-commit</c>; each once, and none against the fragment.</summary>
internal sealed class GitQuery
{
    private const string Tags = "refs/tags/";
    private const string Branches = "refs/heads/";

    private readonly List<string> _faults = [];
    private GitSourceOptions _options;
    private string _tag = "";
    private string _branch = "";

    public GitQuery(GitAddress address)
    {
        _options = new GitSourceOptions { Ref = address.Ref, Subdirectory = address.Subdirectory };
        foreach (var parameter in Parameters(address.Query).GroupBy(p => p.Key, StringComparer.Ordinal)) Read(parameter.Key, [.. parameter.Select(p => p.Value)]);
        if (_tag.Length > 0 && _branch.Length > 0) _faults.Add("branch conflicts with tag");
        else if (_tag.Length > 0) Choose(Under(Tags, _tag));
        else if (_branch.Length > 0) Choose(Under(Branches, _branch));
    }

    public IReadOnlyList<string> Faults => _faults;

    public bool? KeepsGitDirectory { get; private set; }

    public bool? TakesSubmodules { get; private set; }

    public GitSourceOptions Options => _options with { KeepGitDirectory = KeepsGitDirectory == true, SkipSubmodules = TakesSubmodules == false };

    // As Go's net/url splits a query, which has no use for semicolons.
    private static IEnumerable<KeyValuePair<string, string>> Parameters(string query) =>
        from part in query.Split('&')
        where part.Length > 0 && !part.Contains(';', StringComparison.Ordinal)
        let at = part.IndexOf('=', StringComparison.Ordinal)
        select KeyValuePair.Create(Unescape(at < 0 ? part : part[..at]), at < 0 ? "" : Unescape(part[(at + 1)..]));

    private static string Unescape(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private static string Under(string root, string name) => name.StartsWith(root, StringComparison.Ordinal) ? name : root + name;

    private void Read(string name, List<string> values)
    {
        var value = values[0];
        if (values.Count > 1) _faults.Add($"query '{name}' has multiple values");
        else if (name is "keep-git-dir" or "submodules" or "fetch-by-commit") Switch(name, value);
        else if (value.Length == 0) _faults.Add($"query '{name}' has no value");
        else Set(name, value);
    }

    private void Set(string name, string value)
    {
        switch (name)
        {
            case "ref": Choose(value); break;
            case "tag": _tag = value; break;
            case "branch": _branch = value; break;
            case "subdir" when _options.Subdirectory.Length == 0 || _options.Subdirectory == value: _options = _options with { Subdirectory = value }; break;
            case "subdir": _faults.Add($"subdir conflicts: '{_options.Subdirectory}' and '{value}'"); break;
            case "checksum" or "commit": _options = _options with { Checksum = value }; break;
            case "mtime" when value is SourceKeys.CommitTimes or SourceKeys.CheckoutTimes:
                _options = _options with { CommitTimes = value == SourceKeys.CommitTimes, CheckoutTimes = value == SourceKeys.CheckoutTimes };
                break;
            case "mtime": _faults.Add($"invalid mtime value '{value}', which must be 'checkout' or 'commit'"); break;
            default: _faults.Add($"unexpected query '{name}'"); break;
        }
    }

    private void Switch(string name, string value)
    {
        var isOn = value.Length == 0 ? true : GoBoolean.Parse(value);
        if (isOn is null) _faults.Add($"invalid {name} value '{value}'");
        else if (name == "keep-git-dir") KeepsGitDirectory = isOn;
        else if (name == "submodules") TakesSubmodules = isOn;
        else _options = _options with { FetchByCommit = isOn.Value };
    }

    private void Choose(string reference)
    {
        if (_options.Ref.Length > 0 && _options.Ref != reference) _faults.Add($"ref conflicts: '{_options.Ref}' and '{reference}'");
        _options = _options with { Ref = reference };
    }
}
