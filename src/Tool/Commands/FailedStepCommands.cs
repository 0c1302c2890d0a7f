using System.CommandLine;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>debug list</c>, <c>debug enter</c> and <c>debug remove</c>: what steps left that failed in a build with ContainerKeepFailed.</summary>
internal static class FailedStepCommands
{
    public static Command CreateList(ToolHost host, StoreOption store)
    {
        var format = new FormatOptions();
        var command = new Command("list", "List the failed steps whose files are kept. 'msbuildkit du' says how large they are.");
        format.AddTo(command);
        command.SetAction(result =>
        {
            var steps = new FailedSteps(store.PathOf(result)).List();
            if (format.IsJson(result)) WriteJson(host, steps);
            else WriteText(host, steps);
            return ExitCodes.Success;
        });
        return command;
    }

    public static Command CreateEnter(ToolHost host, StoreOption store)
    {
        var id = new Argument<string>("id") { Description = "From the step's error, or from 'msbuildkit debug list'." };
        var line = new Argument<string[]>("command") { Description = "What to run, after '--'. Default: /bin/sh.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("enter", "Open a shell among the files of a failed step, in the same sandbox, with its user, variables, folder and mounts; without its secrets.") { id, line };
        command.SetAction((result, cancellationToken) =>
        {
            var root = store.PathOf(result);
            var step = new FailedSteps(root).Get(result.GetValue(id)!);
            return NamespaceProcess.RunAttachedAsync(host.Worker, FailedStepHost.Arguments(host.Worker, root, step.Id, host.HasTerminal, result.GetValue(line) ?? []), cancellationToken);
        });
        return command;
    }

    public static Command CreateRemove(ToolHost host, StoreOption store)
    {
        var ids = new Argument<string[]>("id") { Description = "From 'msbuildkit debug list'.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("remove", "Remove the files of failed steps. 'msbuildkit prune --filter type=failed' removes all.") { ids };
        command.SetAction(async (result, cancellationToken) =>
        {
            if (await OwnNamespace.TryRunAsync(host, store.PathOf(result), result, cancellationToken).ConfigureAwait(false) is { } code) return code;
            var steps = new FailedSteps(store.PathOf(result));
            foreach (var id in result.GetValue(ids)!) steps.Remove(id);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void WriteText(ToolHost host, IReadOnlyList<FailedStepEntry> steps)
    {
        if (steps.Count == 0)
        {
            host.Output.WriteLine("No failed step is kept. Build with ContainerKeepFailed set to true to keep them.");
            return;
        }
        var table = new Table("ID", "FAILED", "STEP");
        foreach (var step in steps) table.Add(step.Id, Age.Since(step.Failed, host.Time), Printable.Text(step.Name));
        table.Write(host.Output);
    }

    private static void WriteJson(ToolHost host, IReadOnlyList<FailedStepEntry> steps) => Json.Write(host.Output, json =>
    {
        json.WriteStartArray();
        foreach (var step in steps)
        {
            json.WriteStartObject();
            json.WriteString("id", step.Id);
            json.WriteString("step", step.Name);
            json.WriteString("failed", step.Failed);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
