using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>The arguments that hold before the first <c>FROM</c>: platforms, the target, and what the Dockerfile declares.</summary>
/// <param name="Variables">Those that have a value.</param>
/// <param name="Declared">All names that <c>FROM</c> may use.</param>
internal sealed record GlobalArgs(Variables Variables, IReadOnlyCollection<string> Declared)
{
    public const string TargetPlatform = "TARGETPLATFORM";

    /// <summary>With the caller's values.</summary>
    public static GlobalArgs Of(ConversionScope scope) => Of(scope, scope.Request.BuildArgs, scope.Try);

    /// <summary>As if the caller gave none for what the Dockerfile declares; <c>null</c> when it cannot do without.</summary>
    public static GlobalArgs? FindDefaults(ConversionScope scope)
    {
        try
        {
            return Of(scope, new Dictionary<string, string>(), (_, declare) => declare());
        }
        catch (Fault)
        {
            return null;
        }
    }

    private static GlobalArgs Of(ConversionScope scope, IReadOnlyDictionary<string, string> values, Action<TextRange, Action> guard)
    {
        var variables = Predefined(scope.File, scope.Request, scope.Platform);
        var declared = new HashSet<string>(variables.Names, StringComparer.Ordinal);
        foreach (var instruction in scope.File.GlobalArgs)
            guard(instruction.Range, () => Declare(instruction));
        return new GlobalArgs(variables, declared);

        void Declare(ArgInstruction instruction)
        {
            foreach (var arg in instruction.Args)
            {
                declared.Add(arg.Key);
                if (Value(arg) is { } value) variables = variables.With(arg.Key, value);
            }
        }

        string? Value(ArgDeclaration arg) =>
            values.GetValueOrDefault(arg.Key) ?? (arg.Value is null ? null : scope.Words.Read(arg.Value, variables).Text);
    }

    /// <summary>Those that are there without being declared, for an image of the platform <paramref name="target"/>.</summary>
    public static Variables Predefined(ParsedDockerfile file, DockerfileRequest request, Platform target)
    {
        var build = request.BuildPlatform;
        var stage = request.Target is { Length: > 0 } name ? name : file.Stages.LastOrDefault()?.From.StageName?.ToLowerInvariant();
        KeyValuePair<string, string?>[] args =
        [
            new("BUILDPLATFORM", build.ToString()), new("BUILDOS", build.Os), new("BUILDOSVERSION", build.OsVersion),
            new("BUILDARCH", build.Architecture), new("BUILDVARIANT", build.Variant),
            new(TargetPlatform, PlatformText.Of(target)), new("TARGETOS", target.Os), new("TARGETOSVERSION", target.OsVersion),
            new("TARGETARCH", target.Architecture), new("TARGETVARIANT", target.Variant),
            new("TARGETSTAGE", string.IsNullOrEmpty(stage) ? "default" : stage),
        ];
        return args.Aggregate(Variables.None, (all, arg) => all.With(arg.Key, request.BuildArgs.GetValueOrDefault(arg.Key) ?? arg.Value ?? ""));
    }
}
