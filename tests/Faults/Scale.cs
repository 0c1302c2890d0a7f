namespace MsBuildKit.Faults;

/// <summary>How much a drill does: enough to catch a regression in every test run, or what a release quotes.</summary>
internal enum Scale
{
    Quick,

    Full,
}
