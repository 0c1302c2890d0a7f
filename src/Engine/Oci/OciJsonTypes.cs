using System.Text.Json.Serialization;

namespace MsBuildKit.Engine.Oci;

/// <summary>What <see cref="OciJson"/> can read and write, told when compiling: finding it out anew in every process takes longer than the
/// documents do.</summary>
/// <remarks>Reading leaves a property that can be set as it was when the document does not have it; one that can only be initialized would
/// lose its default.</remarks>
[JsonSerializable(typeof(ImageManifest))]
[JsonSerializable(typeof(ImageIndex))]
[JsonSerializable(typeof(ImageConfig))]
[JsonSerializable(typeof(List<Descriptor>))]
[JsonSerializable(typeof(List<List<LayerRecord>>))]
internal sealed partial class OciJsonTypes : JsonSerializerContext;
