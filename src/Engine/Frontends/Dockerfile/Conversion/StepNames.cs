using System.Globalization;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Names that people are shown of steps, as BuildKit forms them: <c>[stage 2/5] RUN make</c>.</summary>
internal static class StepNames
{
    /// <summary>The next step of a stage. Variables decide whether it builds for another platform than it runs on.</summary>
    public static string Next(StageNode stage, string text, ConversionScope scope, Variables variables)
    {
        if (stage.StepCount == 0) return text;
        stage.StepIndex++;
        return Same(stage, text, scope, variables);
    }

    /// <summary>Another vertex of the same step.</summary>
    public static string Same(StageNode stage, string text, ConversionScope scope, Variables variables)
    {
        if (stage.StepCount == 0) return text;
        var platform = scope.ShowsPlatforms && stage.Platform is { } p ? PlatformText.Of(p) + Crossing(p, variables) + " " : "";
        var title = stage.Title.Length == 0 ? "" : stage.Title + " ";
        var width = (int)(1 + Math.Log10(stage.StepCount));
        var index = stage.StepIndex.ToString(CultureInfo.InvariantCulture).PadLeft(width);
        return $"[{platform}{title}{index}/{stage.StepCount.ToString(CultureInfo.InvariantCulture)}] {(stage.IsTrigger ? "ONBUILD " : "")}{text}";
    }

    /// <summary>The first word in upper case.</summary>
    public static string WithKeyword(string text)
    {
        var end = text.IndexOf(' ', StringComparison.Ordinal);
        return end < 0 ? text.ToUpperInvariant() : text[..end].ToUpperInvariant() + text[end..];
    }

    private static string Crossing(Platform runs, Variables variables)
    {
        if (TargetOf(runs, variables) is not { } target) return "";
        if (target.Os != runs.Os) return "->" + PlatformText.Of(target);
        if (target.Architecture == runs.Architecture) return "";
        return "->" + target.Architecture + (target.Variant is { } variant ? "/" + variant : "");
    }

    private static Platform? TargetOf(Platform runs, Variables variables)
    {
        if (variables.Find(GlobalArgs.TargetPlatform) is { } whole && PlatformText.TryParse(whole, runs) is { } platform) return platform;
        var (os, architecture, variant) = (variables.Find("TARGETOS"), variables.Find("TARGETARCH"), variables.Find("TARGETVARIANT"));
        if (os is null && architecture is null && variant is null) return null;
        return new Platform
        {
            Os = os is { Length: > 0 } ? os : runs.Os, Architecture = architecture is { Length: > 0 } ? architecture : runs.Architecture, Variant = variant,
        }.Normalize();
    }
}
