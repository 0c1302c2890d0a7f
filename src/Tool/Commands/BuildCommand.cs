using System.CommandLine;
using MsBuildKit.Tool.Build;
using MsBuildKit.Tool.Build.Options;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>build</c>: the image of a Dockerfile.</summary>
internal static class BuildCommand
{
    private const string Description = """
        Build the image of a Dockerfile, as 'docker buildx build' does, without a daemon. Without --output, --push or --load the image stays in the
        store. docs/build.md has every option.
        """;

    public static Command Create(ToolHost host, StoreOption store)
    {
        var options = new BuildOptionSet(store);
        var command = new Command("build", Description);
        options.AddTo(command);
        command.Validators.Add(result =>
        {
            // Without a context there is nothing to check the rest against, and that is told already.
            if (options.IsIncomplete(result)) return;
            var faults = new OptionFaults();
            options.Refuse(result, faults);
            new SubmissionParser(host, faults).Parse(options.Read(result));
            foreach (var fault in faults.Texts) result.AddError(fault);
        });
        command.SetAction((result, cancellationToken) =>
            new BuildRun(host, new SubmissionParser(host, new OptionFaults()).Parse(options.Read(result.CommandResult))!).RunAsync(cancellationToken));
        return command;
    }
}
