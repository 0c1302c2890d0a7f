using System.Collections;

namespace Partsfile;

/// <summary>What a client asks a frontend for (<c>BUILDKIT_FRONTEND_OPT_0=filename=Partsfile</c>, ...).</summary>
internal sealed record BuildOptions(string FileName, IReadOnlyDictionary<string, string> Arguments)
{
    private const string Option = "BUILDKIT_FRONTEND_OPT_", Argument = "build-arg:";

    public static BuildOptions Read(IDictionary environment)
    {
        var options = environment.Cast<DictionaryEntry>().Where(v => v.Key.ToString()!.StartsWith(Option, StringComparison.Ordinal))
            .Select(v => v.Value!.ToString()!.Split('=', 2)).Where(p => p.Length == 2).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);
        return new BuildOptions(
            options.GetValueOrDefault("filename", "Partsfile"),
            options.Where(o => o.Key.StartsWith(Argument, StringComparison.Ordinal)).ToDictionary(o => o.Key[Argument.Length..], o => o.Value, StringComparer.Ordinal));
    }
}
