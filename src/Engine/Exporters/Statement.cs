namespace MsBuildKit.Engine.Exporters;

/// <summary>An in-toto statement, ready to be attached.</summary>
public sealed record Statement(string PredicateType, byte[] Json);
