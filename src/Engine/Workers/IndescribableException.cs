namespace MsBuildKit.Engine.Workers;

/// <summary>What is to be done with a tree cannot be done with one that is only described: it needs one on disk.</summary>
internal sealed class IndescribableException() : Exception("A tree on disk is needed.");
