using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine;

/// <summary>What is to be solved, and what the caller lends for it.</summary>
/// <param name="Plans">One for each platform.</param>
/// <param name="Session">What their graphs ask for.</param>
internal sealed record PlannedBuild(IReadOnlyList<ImagePlan> Plans, IBuildSession Session);
