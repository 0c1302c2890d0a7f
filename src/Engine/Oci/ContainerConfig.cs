using System.Text.Json;
using System.Text.Json.Serialization;

namespace MsBuildKit.Engine.Oci;

/// <summary>What a container of the image runs with (OCI image-spec, config.md, "config"; plus Docker's own).</summary>
public sealed record ContainerConfig
{
    /// <summary>User or uid, with an optional <c>:group</c> or <c>:gid</c>.</summary>
    [JsonPropertyName("User")]
    [JsonPropertyOrder(0)]
    public string? User { get; init; }

    /// <summary>Keys such as <c>8080/tcp</c>.</summary>
    [JsonPropertyName("ExposedPorts")]
    [JsonPropertyOrder(1)]
    public SortedDictionary<string, EmptyObject>? ExposedPorts { get; init; }

    /// <summary><c>NAME=value</c>, in order.</summary>
    [JsonPropertyName("Env")]
    [JsonPropertyOrder(2)]
    public IReadOnlyList<string>? Env { get; init; }

    [JsonPropertyName("Entrypoint")]
    [JsonPropertyOrder(3)]
    public IReadOnlyList<string>? Entrypoint { get; init; }

    [JsonPropertyName("Cmd")]
    [JsonPropertyOrder(4)]
    public IReadOnlyList<string>? Cmd { get; init; }

    [JsonPropertyName("Volumes")]
    [JsonPropertyOrder(5)]
    public SortedDictionary<string, EmptyObject>? Volumes { get; init; }

    [JsonPropertyName("WorkingDir")]
    [JsonPropertyOrder(6)]
    public string? WorkingDir { get; init; }

    [JsonPropertyName("Labels")]
    [JsonPropertyOrder(7)]
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    [JsonPropertyName("StopSignal")]
    [JsonPropertyOrder(8)]
    public string? StopSignal { get; init; }

    /// <summary>The command is one text for a shell of Windows; Docker's builders set it for all commands.</summary>
    [JsonPropertyName("ArgsEscaped")]
    [JsonPropertyOrder(9)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ArgsEscaped { get; init; }

    /// <summary>Docker's extension; container engines other than Docker may ignore it.</summary>
    [JsonPropertyName("Healthcheck")]
    [JsonPropertyOrder(10)]
    public HealthcheckConfig? Healthcheck { get; init; }

    /// <summary>Docker's extension: instructions for whatever a Dockerfile builds on the image.</summary>
    [JsonPropertyName("OnBuild")]
    [JsonPropertyOrder(11)]
    public IReadOnlyList<string>? OnBuild { get; init; }

    /// <summary>Docker's extension: the words that shell commands are appended to.</summary>
    [JsonPropertyName("Shell")]
    [JsonPropertyOrder(12)]
    public IReadOnlyList<string>? Shell { get; init; }

    [JsonExtensionData]
    [JsonPropertyOrder(13)]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>The empty JSON object that stands as value in the set-like maps of a configuration.</summary>
public sealed record EmptyObject;

/// <summary>Docker's health check; durations are nanoseconds.</summary>
public sealed record HealthcheckConfig
{
    /// <summary><c>["CMD", ...]</c>, <c>["CMD-SHELL", command]</c> or <c>["NONE"]</c>.</summary>
    [JsonPropertyName("Test")]
    [JsonPropertyOrder(0)]
    public IReadOnlyList<string>? Test { get; init; }

    [JsonPropertyName("Interval")]
    [JsonPropertyOrder(1)]
    public long? Interval { get; init; }

    [JsonPropertyName("Timeout")]
    [JsonPropertyOrder(2)]
    public long? Timeout { get; init; }

    [JsonPropertyName("StartPeriod")]
    [JsonPropertyOrder(3)]
    public long? StartPeriod { get; init; }

    /// <summary>Between checks while the container starts.</summary>
    [JsonPropertyName("StartInterval")]
    [JsonPropertyOrder(4)]
    public long? StartInterval { get; init; }

    [JsonPropertyName("Retries")]
    [JsonPropertyOrder(5)]
    public int? Retries { get; init; }
}
