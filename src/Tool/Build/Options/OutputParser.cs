using System.Globalization;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Build.Options;

/// <summary>Reads <c>--output</c>: a list of fields, a folder, or <c>-</c>.</summary>
internal sealed class OutputParser(string currentDirectory, OptionFaults faults)
{
    private const string Option = "--output", EngineNeeded = "it is for an engine's own store of images. Leave it out.";

    private static readonly string[] s_types = ["local", "tar", "oci", "docker", "image", "registry", "cacheonly"];

    private static readonly string[] s_keys =
        ["type", "dest", "name", "push", "tar", "compression", "compression-level", "force-compression", "oci-mediatypes", "rewrite-timestamp", "annotation.*", "annotation-index.*", "annotation-manifest.*"];

    private static readonly Dictionary<string, string> s_refused = new()
    {
        ["unpack"] = EngineNeeded, ["store"] = EngineNeeded, ["dangling-name-prefix"] = EngineNeeded, ["name-canonical"] = EngineNeeded, ["context"] = "it names an engine of Docker. Set DOCKER_HOST.",
        ["push-by-digest"] = "an image is pushed under its names. Give it a --tag.",
        ["registry.insecure"] = "a registry needs https, but for those of this machine. Put one before it that has a certificate.",
        ["attestation-inline"] = "statements about an image are always in its index. Leave it out, or set --provenance=false.",
        ["platform-split"] = "several platforms always have a folder each. Leave it out.",
        ["mode"] = "files are only ever added to a folder. Leave it out.",
    };

    /// <summary>The output, or <c>null</c> after telling what is wrong.</summary>
    public SubmittedOutput? Parse(string text)
    {
        if (text == "-") return new SubmittedOutput(OutputKind.Tar);
        if (text.Length > 0 && !text.Contains('=', StringComparison.Ordinal)) return new SubmittedOutput(OutputKind.Folder, PathOf(text));
        if (OptionFields.Read(Option, text, s_keys, faults, s_refused) is not { } fields) return null;
        var kind = KindOf(fields);
        var output = kind is null ? null : WithPlace(fields, kind.Value);
        return WithFormat(fields, output ?? new SubmittedOutput(OutputKind.CacheOnly)) is { } whole && output is not null ? whole : null;
    }

    private OutputKind? KindOf(OptionFields fields)
    {
        switch (fields.Find("type"))
        {
            case "local": return OutputKind.Folder;
            case "tar": return OutputKind.Tar;
            case "oci": return fields.IsOn("tar", faults) is false ? OutputKind.OciLayout : OutputKind.OciArchive;
            case "docker": return fields.Find("dest") is null ? OutputKind.Load : OutputKind.DockerArchive;
            case "image" or "registry": return OutputKind.Image;
            case "cacheonly": return OutputKind.CacheOnly;
            case null: return Refuse<OutputKind?>(fields, $"has no type. Add type= with one of {string.Join(", ", s_types)}.");
            case var type: return Refuse<OutputKind?>(fields, $"has the type '{type}', which is none{NearestName.Suggest(type, s_types)}. Choose one of {string.Join(", ", s_types)}.");
        }
    }

    private SubmittedOutput? WithPlace(OptionFields fields, OutputKind kind)
    {
        var dest = fields.Find("dest");
        if (dest is "") return Refuse<SubmittedOutput>(fields, "has an empty dest. Write the path of a file or folder.");
        if (kind is OutputKind.Folder or OutputKind.OciLayout && dest is null or "-")
            return Refuse<SubmittedOutput>(fields, "needs a dest that is a folder. Add dest=FOLDER.");
        if (kind is OutputKind.Image or OutputKind.CacheOnly && dest is not null)
            return Refuse<SubmittedOutput>(fields, "has a dest, but goes to no file. Leave it out, or choose type=oci, docker, tar or local.");
        if (kind is OutputKind.OciArchive or OutputKind.DockerArchive or OutputKind.Tar && dest is not (null or "-") && Directory.Exists(PathOf(dest)))
            return Refuse<SubmittedOutput>(fields, $"has the dest '{dest}', which is a folder. Name a file in it.");
        var push = fields.IsOn("push", faults);
        if (push is true && kind != OutputKind.Image) return Refuse<SubmittedOutput>(fields, "has push=true, but is no image. Choose type=image or type=registry.");
        return new SubmittedOutput(kind, dest is null or "-" ? null : PathOf(dest)) { Push = kind == OutputKind.Image && (push ?? fields.Find("type") == "registry") };
    }

    private SubmittedOutput? WithFormat(OptionFields fields, SubmittedOutput output)
    {
        var before = faults.Texts.Count;
        var compression = CompressionOf(fields);
        if (fields.IsOn("rewrite-timestamp", faults) is false)
            Refuse<object>(fields, "has rewrite-timestamp=false, but every time in an image is that of SOURCE_DATE_EPOCH. Leave it out.");
        fields.IsOn("force-compression", faults);
        var whole = output with
        {
            Names = [.. NamesOf(fields)],
            Compression = compression,
            CompressionLevel = LevelOf(fields, compression),
            OciMediaTypes = fields.IsOn("oci-mediatypes", faults),
            Annotations = [.. AnnotationsOf(fields)],
        };
        return faults.Texts.Count == before ? whole : null;
    }

    private Compression? CompressionOf(OptionFields fields) => fields.Find("compression") switch
    {
        null => null,
        "uncompressed" => Compression.None,
        "gzip" => Compression.Gzip,
        "zstd" => Compression.Zstd,
        var other => Refuse<Compression?>(fields, $"has the compression '{other}', which is not offered. Choose uncompressed, gzip or zstd."),
    };

    private int? LevelOf(OptionFields fields, Compression? compression)
    {
        if (fields.Find("compression-level") is not { } text) return null;
        var (least, most) = compression == Compression.Zstd ? (1, 22) : (0, 9);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var level) && level >= least && level <= most) return level;
        return Refuse<int?>(fields, $"has the compression-level '{text}'. Choose {least} to {most}.");
    }

    private IEnumerable<ImageReference> NamesOf(OptionFields fields)
    {
        foreach (var name in fields.Find("name")?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [])
            if (NameParser.Parse($"{Option} '{fields.Text}'", name, faults) is { } reference) yield return reference;
    }

    private static IEnumerable<SubmittedAnnotation> AnnotationsOf(OptionFields fields) =>
        from field in fields.All
        let dot = field.Key.IndexOf('.', StringComparison.Ordinal)
        where field.Key.StartsWith("annotation", StringComparison.Ordinal)
        select new SubmittedAnnotation(field.Key.StartsWith("annotation-index.", StringComparison.Ordinal), field.Key[(dot + 1)..], field.Value);

    private string PathOf(string text) => Path.GetFullPath(text, currentDirectory);

    private T? Refuse<T>(OptionFields fields, string text)
    {
        faults.Add(Option, $"'{fields.Text}' {text}");
        return default;
    }
}
