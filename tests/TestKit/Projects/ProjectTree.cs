using System.Globalization;
using System.Security;

namespace MsBuildKit.TestKit.Projects;

/// <summary>A folder of projects of a test's own, with a <c>nuget.config</c> that knows the packed SDK besides the machine's own sources, and
/// the real <c>dotnet</c> to build them.</summary>
public sealed class ProjectTree : IDisposable
{
    private readonly SdkPackage _sdk;
    private readonly TempFolder _folder;
    private int _runs;

    /// <param name="sdk">The packed SDK.</param>
    /// <param name="isOptedIn">Whether a <c>Directory.Build.props</c> opts every project in.</param>
    /// <param name="below">A folder's name that the tree is put into, for odd characters in paths.</param>
    public ProjectTree(SdkPackage sdk, bool isOptedIn = true, string below = "")
    {
        _sdk = sdk;
        _folder = new TempFolder("projects");
        Root = System.IO.Path.Combine(_folder.Path, below);
        Write("nuget.config", $"""<configuration><packageSources><add key="tests" value="{SecurityElement.Escape(sdk.Feed)}" /></packageSources></configuration>""");
        // The audit asks the network at each restore and has nothing to do with what is tested.
        Write("Directory.Build.props", $"""
            <Project>
              {(isOptedIn ? $"""<Import Project="Sdk.props" Sdk="{SdkPackage.Id}" Version="{sdk.Version}" />""" : "")}
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <NuGetAudit>false</NuGetAudit>
                <ContainerBaseImage>scratch</ContainerBaseImage>
              </PropertyGroup>
            </Project>
            """);
        Write("Directory.Build.targets", "<Project />");
        Write("Directory.Packages.props", "<Project />");
    }

    public string Root { get; }

    public string this[string relative] => System.IO.Path.Combine(Root, relative);

    public string Write(string relative, string text)
    {
        var path = this[relative];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Writes a console program with its project, <paramref name="name"/> naming the folder and both.</summary>
    public ProjectTree Console(string name, Action<ProjectDraft>? edit = null, string program = "Console.WriteLine(\"hello\");") =>
        Program(name, new ProjectDraft("Microsoft.NET.Sdk").Property("OutputType", "Exe"), edit, program);

    /// <summary>Writes a web application with its project.</summary>
    public ProjectTree Web(string name, Action<ProjectDraft>? edit = null) =>
        Program(name, new ProjectDraft("Microsoft.NET.Sdk.Web"), edit, "WebApplication.CreateBuilder(args).Build().Run();");

    /// <summary>Writes a library with one public type, <c>NameType</c>.</summary>
    public ProjectTree Library(string name, Action<ProjectDraft>? edit = null) =>
        Program(name, new ProjectDraft("Microsoft.NET.Sdk"), edit, $"public static class {name}Type {{ public static string Name => \"{name}\"; }}");

    /// <summary>Publishes a project and makes its image.</summary>
    public Task<BuildRun> ContainerBuildAsync(string project, params string[] arguments) =>
        RunAsync("publish", project, ["-t:ContainerBuild", .. arguments]);

    /// <summary>Restores a project, then builds a target of each variant in one process, whether others fail or not.</summary>
    public async Task<CaseRun> RunCasesAsync(string name, string target, IReadOnlyList<string> cases, params (string Name, string? Value)[] environment)
    {
        (await RunAsync("restore", name, [], environment)).Succeeded();
        Write($"{name}.cases.proj", $"""
            <Project>
              <Target Name="All">
                {string.Join('\n', cases.Select(c => $"""<MSBuild Projects="{name}/{name}.csproj" Targets="{target}" Properties="Case={c};Configuration=Release;_IsPublishing=true" ContinueOnError="true" />"""))}
              </Target>
            </Project>
            """);
        return new CaseRun(await RunAsync("msbuild", $"{name}.cases.proj", [], environment), this[name]);
    }

    /// <summary>Runs <c>dotnet verb project</c> with a binary log.</summary>
    public Task<BuildRun> RunAsync(string verb, string project, params string[] arguments) => RunAsync(verb, project, arguments, []);

    /// <summary>The same with variables of the environment; <c>null</c> unsets one.</summary>
    public async Task<BuildRun> RunAsync(string verb, string project, string[] arguments, params (string Name, string? Value)[] environment)
    {
        var run = Interlocked.Increment(ref _runs).ToString(CultureInfo.InvariantCulture);
        var (log, answers) = (System.IO.Path.Combine(_folder.Path, $"run{run}.binlog"), System.IO.Path.Combine(_folder.Path, $"run{run}.json"));
        var asks = arguments.Any(a => a.StartsWith("-get", StringComparison.Ordinal));
        var result = await Command.RunAsync(
            "dotnet",
            [verb, .. project.Length > 0 ? new[] { project } : [], "-nologo", $"-bl:{log}", .. asks ? new[] { $"-getResultOutputFile:{answers}", "-getProperty:MSBuildProjectName" } : [], .. arguments],
            Root,
            Environment(environment));
        return new BuildRun(result, log, asks ? answers : null);
    }

    /// <summary>What a child process of a test gets: nothing of this process's own build settings.</summary>
    public Dictionary<string, string?> Environment(params (string Name, string? Value)[] more)
    {
        var environment = new Dictionary<string, string?>
        {
            ["MSBUILDKIT_CACHE"] = _sdk.Cache,
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_CLI_UI_LANGUAGE"] = "en",
            ["SOURCE_DATE_EPOCH"] = null,
            ["MSBUILDTERMINALLOGGER"] = null,
            // An engine on this machine is not to be filled with images of tests.
            ["DOCKER_HOST"] = "tcp://127.0.0.1:1",
        };
        foreach (var (name, value) in more) environment[name] = value;
        return environment;
    }

    /// <summary>The layout that a project's build left in its usual place.</summary>
    public LayoutView Layout(string name, string configuration = "Release/net10.0") =>
        new(this[$"{name}/bin/{configuration}/container"]);

    public void Dispose() => _folder.Dispose();

    /// <summary>A target that says what an expression is worth after other targets, for <see cref="CaseRun.Report"/>.</summary>
    public static string Report(string expression, string after) =>
        $"""<Target Name="Report" DependsOnTargets="{after}"><Message Importance="high" Text="REPORT $(Case)|{SecurityElement.Escape(expression)}" /></Target>""";

    private ProjectTree Program(string name, ProjectDraft draft, Action<ProjectDraft>? edit, string source)
    {
        edit?.Invoke(draft);
        Write($"{name}/{name}.csproj", draft.ToString());
        Write($"{name}/Program.cs", source);
        return this;
    }
}
