namespace Microsoft.Build.Framework;

/// <summary>Tells MSBuild that a task keeps no process-wide state, so that <c>-mt</c> builds run it in process. MSBuild matches the
/// attribute by its name; the public one is newer than the oldest MSBuild that we load into.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class MSBuildMultiThreadableTaskAttribute : Attribute;
