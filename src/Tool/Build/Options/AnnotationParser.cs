namespace MsBuildKit.Tool.Build.Options;

/// <summary>Reads <c>--annotation</c>: <c>KEY=VALUE</c>, with places and a ':' before it when it is not for the manifests.</summary>
internal static class AnnotationParser
{
    private const string Option = "--annotation";

    public static IEnumerable<SubmittedAnnotation> Parse(IEnumerable<string> texts, OptionFaults faults) => texts.SelectMany(t => ParseOne(t, faults));

    private static List<SubmittedAnnotation> ParseOne(string text, OptionFaults faults)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        // A key may hold a colon itself; places are words without dots.
        var colon = equals < 0 ? -1 : text.LastIndexOf(':', equals);
        var places = colon < 0 ? [] : text[..colon].Split(',');
        if (colon >= 0 && !places.All(IsPlace)) (colon, places) = (-1, []);
        var key = equals < 0 ? "" : text[(colon + 1)..equals];
        if (key.Length == 0) faults.Add(Option, $"'{text}' is no KEY=VALUE. Write one such as org.opencontainers.image.title=shop, with 'index:' before it for the index.");
        else if (places.FirstOrDefault(p => p is not ("manifest" or "index")) is { } refused)
            faults.Add(Option, $"'{text}' is for '{refused}', which is not offered: annotations go to all manifests or to the index. Write 'manifest:' or 'index:'.");
        else return [.. (places.Length == 0 ? ["manifest"] : places.Distinct()).Select(p => new SubmittedAnnotation(p == "index", key, text[(equals + 1)..]))];
        return [];
    }

    private static bool IsPlace(string text) => text.Split('[', 2)[0] is "manifest" or "index" or "manifest-descriptor" or "index-descriptor";
}
