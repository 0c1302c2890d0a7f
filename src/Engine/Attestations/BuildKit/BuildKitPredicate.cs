using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MsBuildKit.Engine.Attestations.BuildKit;

/// <summary>Writes provenance as BuildKit's predicates (its docs/attestations/slsa-definitions.md): SLSA v1, and v0.2 for those who read the older one.</summary>
public static class BuildKitPredicate
{
    /// <summary>The predicate types.</summary>
    public const string Slsa1 = "https://slsa.dev/provenance/v1", Slsa02 = "https://slsa.dev/provenance/v0.2";

    private static readonly JsonWriterOptions s_indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The predicate, indented.</summary>
    public static Predicate Write(BuildKitProvenance provenance, bool isOlder)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, s_indented))
        {
            var writing = new Writing(json, provenance);
            if (isOlder) writing.WriteSlsa02();
            else writing.WriteSlsa1();
        }
        return new Predicate(isOlder ? Slsa02 : Slsa1, bytes.WrittenSpan.ToArray());
    }

    private sealed class Writing
    {
        private const string BuildType = "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md", OlderBuildType = "https://mobyproject.org/buildkit@v1";

        private readonly Utf8JsonWriter _json;
        private readonly BuildKitProvenance _provenance;
        private readonly RequestParameters _request;
        private readonly BuildMetadataJson _metadata;
        private readonly bool _isRequestComplete;

        public Writing(Utf8JsonWriter json, BuildKitProvenance provenance)
        {
            (_json, _provenance) = (json, provenance);
            var asked = provenance.Request.Request;
            var whole = asked with
            {
                Arguments = asked.Arguments.Where(a => !RequestArguments.IsOfRepository(a.Key)).ToDictionary(StringComparer.Ordinal),
                Secrets = provenance.Capture.Secrets, Agents = provenance.Capture.Agents, Folders = provenance.Capture.Folders,
                Compatibility = provenance.Compatibility,
            };
            var isLess = false;
            _request = provenance.Graph is null ? whole.Reduce(out isLess) : whole;
            // A client that is a frontend itself was asked for something that nobody here knows.
            _isRequestComplete = asked.Frontend.Length > 0 && !isLess;
            _metadata = new BuildMetadataJson(json, RequestArguments.OfRepository(asked.Arguments), provenance.Graph);
        }

        public void WriteSlsa1()
        {
            _json.WriteStartObject();
            _json.WriteStartObject("buildDefinition");
            _json.WriteString("buildType", BuildType);
            WriteMaterials("resolvedDependencies");
            _json.WriteStartObject("externalParameters");
            _json.WritePropertyName("configSource");
            RequestJson.Write(_json, _provenance.Request.Source, "path");
            WriteRequest("request");
            _json.WriteEndObject();
            _json.WriteStartObject("internalParameters");
            _metadata.WriteConfig();
            WriteEnvironment("builderPlatform");
            _json.WriteEndObject();
            _json.WriteEndObject();
            _json.WriteStartObject("runDetails");
            WriteBuilder();
            _json.WriteStartObject("metadata");
            WriteRun("invocationId", "startedOn", "finishedOn");
            _metadata.Write("buildkit_metadata");
            if (IsHermetic) _json.WriteBoolean("buildkit_hermetic", true);
            _json.WriteStartObject("buildkit_completeness");
            _json.WriteBoolean("request", _isRequestComplete);
            _json.WriteBoolean("resolvedDependencies", _provenance.Capture.IsComplete);
            _json.WriteEndObject();
            if (_provenance.IsReproducible) _json.WriteBoolean("buildkit_reproducible", true);
            _json.WriteEndObject();
            _json.WriteEndObject();
            _json.WriteEndObject();
        }

        public void WriteSlsa02()
        {
            _json.WriteStartObject();
            WriteBuilder();
            _json.WriteString("buildType", OlderBuildType);
            WriteMaterials("materials");
            _json.WriteStartObject("invocation");
            _json.WritePropertyName("configSource");
            RequestJson.Write(_json, _provenance.Request.Source, "entryPoint");
            WriteRequest("parameters");
            _json.WriteStartObject("environment");
            WriteEnvironment("platform");
            _json.WriteEndObject();
            _json.WriteEndObject();
            _metadata.WriteConfig();
            _json.WriteStartObject("metadata");
            WriteRun("buildInvocationID", "buildStartedOn", "buildFinishedOn");
            _json.WriteStartObject("completeness");
            _json.WriteBoolean("parameters", _isRequestComplete);
            _json.WriteBoolean("environment", true);
            _json.WriteBoolean("materials", _provenance.Capture.IsComplete);
            _json.WriteEndObject();
            _json.WriteBoolean("reproducible", _provenance.IsReproducible);
            _metadata.Write(OlderBuildType + "#metadata");
            if (IsHermetic) _json.WriteBoolean(OlderBuildType + "#hermetic", true);
            _json.WriteEndObject();
            _json.WriteEndObject();
        }

        private bool IsHermetic => _provenance.Capture is { IsComplete: true, HasNetwork: false };

        private void WriteMaterials(string name)
        {
            var materials = BuildMaterialList.Of(_provenance.Capture);
            if (materials.Count > 0) RequestJson.WriteList(_json, name, materials, m =>
            {
                _json.WriteString("uri", m.Uri);
                RequestJson.WriteTexts(_json, "digest", [KeyValuePair.Create(m.Algorithm!, m.Value!)]);
            });
        }

        private void WriteRequest(string name)
        {
            _json.WritePropertyName(name);
            RequestJson.Write(_json, _request);
        }

        private void WriteEnvironment(string platform)
        {
            _json.WriteString(platform, _provenance.Builder.ToString());
            if (_provenance.DockerfileVersion is { } version) _json.WriteString("dockerfileVersion", version);
            foreach (var (key, value) in _provenance.Custom)
            {
                _json.WritePropertyName(key);
                if (value is null) _json.WriteNullValue();
                else value.WriteTo(_json);
            }
        }

        private void WriteBuilder()
        {
            _json.WriteStartObject("builder");
            _json.WriteString("id", _provenance.BuilderId);
            _json.WriteEndObject();
        }

        private void WriteRun(string id, string started, string finished)
        {
            _json.WriteString(id, _provenance.Invocation);
            _json.WriteString(started, Text(_provenance.Started));
            _json.WriteString(finished, Text(_provenance.Finished));
        }

        private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
    }
}
