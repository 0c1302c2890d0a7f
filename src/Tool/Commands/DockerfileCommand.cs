using System.CommandLine;
using MsBuildKit.Engine.Frontends.Dockerfile.Writing;
using MsBuildKit.Tool.Build;
using MsBuildKit.Tool.Projects;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>dockerfile from-project</c>: a Dockerfile for who must build where there is no MsBuildKit.</summary>
internal static class DockerfileCommand
{
    public static Command Create(ToolHost host) => new("dockerfile", "Write Dockerfiles.") { CreateFromProject(host) };

    private static Command CreateFromProject(ToolHost host)
    {
        var project = new Argument<string>("project") { Description = "The project's file." };
        var output = new Option<string?>("--output", "-o") { Description = "The file to write. Default: standard output.", HelpName = "FILE" };
        var properties = new Option<string[]>("--property", "-p") { Description = "A property, as 'dotnet publish' takes it: -p:NAME=VALUE.", HelpName = "NAME=VALUE", Arity = ArgumentArity.OneOrMore };
        properties.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(t => t.Value.IndexOf('=', StringComparison.Ordinal) <= 0)) result.AddError($"'{token.Value}' is no property. Write -p:NAME=VALUE.");
        });
        var command = new Command("from-project", "Write a Dockerfile that makes, with plain Docker, the image that the project makes without one.") { project, output, properties };
        command.SetAction((result, cancellationToken) => RunAsync(host, result.GetValue(project)!, result.GetValue(output), result.GetValue(properties) ?? [], cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ToolHost host, string project, string? output, string[] properties, CancellationToken cancellationToken)
    {
        var recipe = await new RecipeReader(host, Path.GetFullPath(project, host.CurrentDirectory), properties).ReadAsync(cancellationToken).ConfigureAwait(false);
        var written = DockerfileWriter.Write(recipe);
        if (output is null) await host.Output.WriteAsync(written.Text).ConfigureAwait(false);
        else await WholeFile.WriteAsync(Path.GetFullPath(output, host.CurrentDirectory), written.Text, cancellationToken).ConfigureAwait(false);
        foreach (var what in written.Unsaid) await host.Error.WriteLineAsync($"warning: The Dockerfile does not say {what}.").ConfigureAwait(false);
        return ExitCodes.Success;
    }
}
