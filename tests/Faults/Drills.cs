using MsBuildKit.Faults.Archives;
using MsBuildKit.Faults.Cancels;
using MsBuildKit.Faults.Contexts;
using MsBuildKit.Faults.DiskFull;
using MsBuildKit.Faults.Escapes;
using MsBuildKit.Faults.Fuzz;
using MsBuildKit.Faults.Kills;
using MsBuildKit.Faults.PowerCuts;
using MsBuildKit.Faults.Processes;
using MsBuildKit.Faults.Registry;
using MsBuildKit.Faults.Rot;
using MsBuildKit.Faults.Secrets;
using MsBuildKit.Faults.Served;
using MsBuildKit.Faults.StepKills;
using MsBuildKit.Faults.SystemCalls;

namespace MsBuildKit.Faults;

/// <summary>All drills, in the order of the release table.</summary>
internal static class Drills
{
    public static IReadOnlyList<Drill> All { get; } =
    [
        new PowerCutDrill(),
        new SnapshotCutDrill(),
        new SystemCallDrill(),
        new KillDrill(),
        new DiskFullDrill(),
        new ProcessesDrill(),
        new RotDrill(),
        new RegistryDrill(),
        new BreakoutDrill(),
        new BombDrill(),
        new SuperlinearDrill(),
        new FuzzDrill(),
        new CancelDrill(),
        new StepKillDrill(),
        new ServedDrill(),
        new EscapeDrill(),
        new RaceDrill(),
        new SecretsDrill(),
        new SshDrill(),
        new ContextDrill(),
    ];
}
