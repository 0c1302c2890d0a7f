using System.Collections;

namespace MsBuildKit.Tasks;

/// <summary>The one place where tasks look at the environment of the process.</summary>
internal static class HostEnvironment
{
#pragma warning disable RS0030 // This is the parameter's source.
    /// <summary>A copy of the variables.</summary>
    public static IReadOnlyDictionary<string, string> Read() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);
#pragma warning restore RS0030
}
