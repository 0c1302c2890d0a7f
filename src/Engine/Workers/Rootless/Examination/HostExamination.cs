namespace MsBuildKit.Engine.Workers.Rootless.Examination;

/// <summary>Looks at everything that steps need of a machine, and says how to get what is missing.</summary>
/// <param name="program">The worker as a build would start it.</param>
/// <param name="store">The absolute path of the store, which need not exist and is not made.</param>
/// <param name="time">The clock.</param>
/// <param name="root">Where the kernel's own files are.</param>
public sealed class HostExamination(WorkerProgram program, string store, TimeProvider time, string root = "/")
{
    /// <summary>Runs all checks; none throws for what it finds.</summary>
    public async Task<IReadOnlyList<HostCheck>> RunAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
            return
            [
                HostCheck.Bad("system", System.Runtime.InteropServices.RuntimeInformation.OSDescription, "Steps take Linux: build in WSL, in a Linux virtual machine or on a Linux machine."),
                StoreCheck.Run(store),
            ];
        var facts = new HostFacts(root);
        List<HostCheck> checks = [.. new KernelChecks(facts, program.User).Run(), .. await new ProgramChecks(facts, program).RunAsync(cancellationToken).ConfigureAwait(false), StoreCheck.Run(store)];
        if (checks.Any(c => c.Outcome == CheckOutcome.Bad)) checks.Add(HostCheck.Note("worker", "not started: what is wrong above comes first"));
        else checks.AddRange(await new NamespaceChecks(program, store, time).RunAsync(cancellationToken).ConfigureAwait(false));
        return checks;
    }
}
