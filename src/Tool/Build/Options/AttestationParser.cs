namespace MsBuildKit.Tool.Build.Options;

/// <summary>Reads <c>--sbom</c>, <c>--provenance</c> and <c>--attest</c>: which statements are made about the image.</summary>
internal sealed class AttestationParser(OptionFaults faults)
{
    private static readonly string[] s_keys = ["type", "disabled", "mode"];

    private static readonly Dictionary<string, string> s_refused = new()
    {
        ["generator"] = "packages are listed by this program itself. Leave it out.",
        ["version"] = "provenance is of SLSA 1. Leave it out.",
        ["builder-id"] = "who builds is what provenance says of itself. Leave it out.",
        ["inline-only"] = "statements are always in the image's index. Leave it out.",
        ["reproducible"] = "images depend on their inputs only, and provenance says so. Leave it out.",
    };

    public bool Sbom { get; private set; }

    public bool Provenance { get; private set; }

    /// <summary>Provenance says all: arguments, secrets' ids, the graph.</summary>
    public bool IsDetailed { get; private set; }

    /// <param name="sbom">Of <c>--sbom</c>.</param>
    /// <param name="provenance">Of <c>--provenance</c>.</param>
    /// <param name="attestations">Of <c>--attest</c>, which the other two win over.</param>
    /// <param name="byDefault">Provenance is made when nothing is said of it.</param>
    public AttestationParser Parse(string? sbom, string? provenance, IEnumerable<string> attestations, bool byDefault)
    {
        Provenance = byDefault;
        foreach (var text in attestations)
            if (OptionFields.Read("--attest", text, s_keys, faults, s_refused) is { } fields) Apply(fields, fields.Find("type"));
        if (sbom is not null) ApplyShort("--sbom", "sbom", sbom);
        if (provenance is not null) ApplyShort("--provenance", "provenance", provenance);
        return this;
    }

    private void ApplyShort(string option, string type, string text)
    {
        if (Switches.Parse(text) is { } on) Set(type, on);
        else if (OptionFields.Read(option, text, s_keys[1..], faults, s_refused) is { } fields) Apply(fields, type);
    }

    private void Apply(OptionFields fields, string? type)
    {
        var mode = fields.Find("mode");
        if (type is not ("sbom" or "provenance")) faults.Add(fields.Option, $"'{fields.Text}' has no type that is offered. Write type=sbom or type=provenance.");
        else if (mode is not null && (type == "sbom" || mode is not ("min" or "max"))) faults.Add(fields.Option, $"'{fields.Text}' has the mode '{mode}', which is none. Provenance has mode=min and mode=max, an SBOM none.");
        else Set(type, fields.IsOn("disabled", faults) is not true, mode == "max");
    }

    private void Set(string type, bool on, bool detailed = false)
    {
        if (type == "sbom") Sbom = on;
        else (Provenance, IsDetailed) = (on, on && detailed);
    }
}
