namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary>A pair of <c>ENV</c> or <c>LABEL</c>.</summary>
/// <param name="Key">Before the <c>=</c>.</param>
/// <param name="Value">After it.</param>
/// <param name="IsLegacy">Written as <c>key value</c>, with a blank for the <c>=</c>.</param>
public sealed record KeyValue(string Key, string Value, bool IsLegacy);
