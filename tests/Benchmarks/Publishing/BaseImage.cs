using MsBuildKit.Benchmarks.Measuring;

namespace MsBuildKit.Benchmarks.Publishing;

/// <summary>A base of a realistic size for both contenders: Debian packages and the shared frameworks, made and pushed by our SDK.</summary>
internal static class BaseImage
{
    public static async Task PushAsync(string folder, string sdkVersion, string registry, IReadOnlyDictionary<string, string?> environment)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "base.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <Sdk Name="MsBuildKit.Sdk" Version="{sdkVersion}" />
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <OutputType>Exe</OutputType>
                <ContainerRepository>base</ContainerRepository>
                <ContainerImageTag>1</ContainerImageTag>
                <ContainerRegistry>{registry}</ContainerRegistry>
                <ContainerBaseDistribution>debian/bookworm</ContainerBaseDistribution>
                <ContainerSbom>false</ContainerSbom>
                <ContainerProvenance>false</ContainerProvenance>
              </PropertyGroup>
              <ItemGroup>
                <ContainerPackage Include="libicu72;libssl3;ca-certificates;libstdc++6;tzdata" />
                <_Shared Include="$(NetCoreRoot)shared/*/$(BundledNETCoreAppPackageVersion)/**" />
                <ContainerFile Include="@(_Shared)" TargetPath="$([System.String]::Copy('%(FullPath)').Replace('$(NetCoreRoot)', '/usr/share/dotnet/'))" />
              </ItemGroup>
            </Project>
            """);
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), "System.Console.WriteLine();");
        await new MeasuredCommand("dotnet", ["publish", "-nologo", "-t:ContainerBuild"]) { WorkingDirectory = folder, Environment = environment }.RunAsync();
    }
}
