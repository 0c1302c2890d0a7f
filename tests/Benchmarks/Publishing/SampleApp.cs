namespace MsBuildKit.Benchmarks.Publishing;

/// <summary>A small web application of one contender's own.</summary>
internal sealed class SampleApp
{
    private readonly string _program;
    private int _change;

    public SampleApp(string folder, AppKind kind, Contender contender)
    {
        Folder = Directory.CreateDirectory(folder).FullName;
        _program = Path.Combine(folder, "Program.cs");
        var runtime = kind == AppKind.SelfContained ? "<RuntimeIdentifier>linux-x64</RuntimeIdentifier><SelfContained>true</SelfContained>" : "";
        File.WriteAllText(Path.Combine(folder, "sample.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              {contender.OptIn}
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                {runtime}
              </PropertyGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "appsettings.json"), """{ "Logging": { "LogLevel": { "Default": "Information" } } }""");
        ChangeOneLine();
    }

    public string Folder { get; }

    /// <summary>The bytes of the application's own assemblies, as published.</summary>
    public long OwnBytes => new DirectoryInfo(Directory.GetDirectories(Folder, "publish", SearchOption.AllDirectories).Single())
        .EnumerateFiles("sample*").Sum(f => f.Length);

    public void ChangeOneLine() => File.WriteAllText(_program, $"""
        var app = WebApplication.CreateBuilder(args).Build();
        app.MapGet("/", () => "Hello, this is change {++_change} of {Path.GetFileName(Folder)}");
        app.Run();
        """);

    /// <summary>Removes what container builds left, but not what publishing did.</summary>
    public void ForgetImages()
    {
        foreach (var folder in Directory.GetDirectories(Folder, "container", SearchOption.AllDirectories)) Directory.Delete(folder, recursive: true);
    }
}
