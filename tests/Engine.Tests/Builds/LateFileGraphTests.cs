namespace MsBuildKit.Engine.Tests.Builds;

/// <summary>The same graphs, whose copies are described and written when somebody wants their layers.</summary>
public sealed class LateFileGraphTests() : FileGraphTests(writesLate: true);
