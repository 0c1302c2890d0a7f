using System.CommandLine;
using MsBuildKit.Engine.Workers.Rootless.Examination;
using MsBuildKit.Engine.Workers.Rootless.Probing;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>doctor</c>: whether steps can run here, and what is missing.</summary>
internal static class DoctorCommand
{
    private const string Description = """
        Look at everything that steps (ContainerRun) need of this machine, and say how to get what is missing. Builds without steps need none
        of it. Exit code: 0 when steps can run, 1 when some or all cannot, or when their sandbox does not hold.
        """;

    public static Command Create(ToolHost host, StoreOption store)
    {
        var selfTest = new Option<bool>("--self-test")
        {
            Description = "Run a step that tries to get out of its sandbox, and name each thing that holds, that does not, and that cannot be proven here.",
        };
        var format = new FormatOptions();
        var command = new Command("doctor", Description) { selfTest };
        format.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            List<HostCheck> checks = [.. await new HostExamination(host.Worker, store.PathOf(result), host.Time).RunAsync(cancellationToken).ConfigureAwait(false)];
            IReadOnlyList<AssertionResult> assertions = [];
            if (result.GetValue(selfTest) && OperatingSystem.IsLinux())
            {
                (var check, assertions) = await new SandboxExamination(host.Worker, store.PathOf(result)).RunAsync(checks, cancellationToken).ConfigureAwait(false);
                checks.Add(check);
            }
            if (format.IsJson(result)) WriteJson(host, checks, assertions);
            else WriteText(host, checks, assertions);
            return Worst(checks) == CheckOutcome.Good ? ExitCodes.Success : ExitCodes.FaultsFound;
        });
        return command;
    }

    private static void WriteText(ToolHost host, IReadOnlyList<HostCheck> checks, IReadOnlyList<AssertionResult> assertions)
    {
        var width = checks.Max(c => c.Name.Length);
        foreach (var check in checks)
        {
            host.Output.WriteLine($"{WordOf(check.Outcome),-7} {check.Name.PadRight(width)}  {Printable.Text(check.Text)}");
            if (check.Remedy is { } remedy) host.Output.WriteLine($"{"",-8}{"".PadRight(width)}  -> {Printable.Text(remedy)}");
        }
        host.Output.WriteLine();
        foreach (var assertion in assertions)
            host.Output.WriteLine($"{WordOf(assertion.Outcome),-8} {Printable.Text(assertion.Name)}{(assertion.Text.Length == 0 ? "" : $": {Printable.Text(assertion.Text)}")}");
        if (assertions.Count > 0) host.Output.WriteLine();
        host.Output.WriteLine(Worst(checks) switch
        {
            CheckOutcome.Good => "Steps can run here.",
            CheckOutcome.Limited => "Steps can run here, but not all of them.",
            _ => "Steps cannot run here. Builds without steps can: that is a supported way to use this machine.",
        });
    }

    private static void WriteJson(ToolHost host, IReadOnlyList<HostCheck> checks, IReadOnlyList<AssertionResult> assertions) => Json.Write(host.Output, json =>
    {
        json.WriteStartObject();
        json.WriteString("steps", Worst(checks) switch { CheckOutcome.Good => "all", CheckOutcome.Limited => "some", _ => "none" });
        json.WriteStartArray("checks");
        foreach (var check in checks)
        {
            json.WriteStartObject();
            json.WriteString("name", check.Name);
            json.WriteString("result", WordOf(check.Outcome));
            json.WriteString("text", check.Text);
            if (check.Remedy is { } remedy) json.WriteString("remedy", remedy);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("selfTest");
        foreach (var assertion in assertions)
        {
            json.WriteStartObject();
            json.WriteString("name", assertion.Name);
            json.WriteString("result", WordOf(assertion.Outcome));
            if (assertion.Text.Length > 0) json.WriteString("text", assertion.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static CheckOutcome Worst(IReadOnlyList<HostCheck> checks) =>
        checks.Any(c => c.Outcome == CheckOutcome.Bad) ? CheckOutcome.Bad : checks.Any(c => c.Outcome == CheckOutcome.Limited) ? CheckOutcome.Limited : CheckOutcome.Good;

    private static string WordOf(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Good => "ok",
        CheckOutcome.Note => "note",
        CheckOutcome.Limited => "limited",
        _ => "missing",
    };

    private static string WordOf(AssertionOutcome outcome) => outcome switch
    {
        AssertionOutcome.Holds => "holds",
        AssertionOutcome.Fails => "fails",
        _ => "unproven",
    };
}
