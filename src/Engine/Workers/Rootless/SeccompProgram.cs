using System.Runtime.InteropServices;
using System.Text.Json;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>The filter of system calls that steps run under: the embedded <c>seccomp.json</c>, as the runtime specification has it.</summary>
internal static class SeccompProgram
{
    private static readonly Lazy<byte[]> s_here = new(() => Write(RuntimeInformation.ProcessArchitecture));

    /// <summary>The value of <c>linux.seccomp</c> for this machine.</summary>
    public static ReadOnlySpan<byte> Here => s_here.Value;

    /// <summary>The value for an architecture; throws where there is no list for it.</summary>
    public static byte[] Write(Architecture architecture)
    {
        var (name, arch) = architecture switch
        {
            Architecture.X64 => ("amd64", "SCMP_ARCH_X86_64"),
            Architecture.Arm64 => ("arm64", "SCMP_ARCH_AARCH64"),
            _ => throw StepErrors.BadSpec($"there is no list of system calls for processors of the kind '{architecture}'"),
        };
        using var source = typeof(SeccompProgram).Assembly.GetManifestResourceStream("seccomp.json")!;
        using var document = JsonDocument.Parse(source);
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            document.RootElement.GetProperty("defaultAction").WriteNamed(json, "defaultAction");
            document.RootElement.GetProperty("defaultErrnoRet").WriteNamed(json, "defaultErrnoRet");
            json.WriteStartArray("architectures");
            json.WriteStringValue(arch);
            json.WriteEndArray();
            json.WriteStartArray("syscalls");
            foreach (var rule in document.RootElement.GetProperty("syscalls").EnumerateArray())
                if (!rule.TryGetProperty("arches", out var arches) || arches.EnumerateArray().Any(a => a.GetString() == name))
                    WriteRule(json, rule);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    private static void WriteRule(Utf8JsonWriter json, JsonElement rule)
    {
        json.WriteStartObject();
        foreach (var property in rule.EnumerateObject())
            if (property.Name is not ("comment" or "arches"))
                property.WriteTo(json);
        json.WriteEndObject();
    }

    private static void WriteNamed(this JsonElement value, Utf8JsonWriter json, string name)
    {
        json.WritePropertyName(name);
        value.WriteTo(json);
    }
}
