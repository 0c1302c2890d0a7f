using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Integration.Tests.Tool;

/// <summary>A small application with steps, on a base of busybox, for the tool to look at what its builds leave.</summary>
internal static class StepProject
{
    /// <summary>Writes the base <c>FOLDER/base</c>.</summary>
    /// <param name="folder">Of the project.</param>
    /// <param name="programs">Names by which busybox is called.</param>
    /// <param name="more">Adds to the layer, which has <c>/bin</c> and <c>/etc</c>.</param>
    /// <param name="environment">Further variables, as JSON after a comma, or nothing.</param>
    public static void WriteBase(string folder, IEnumerable<string> programs, Func<RawTar, RawTar> more, string environment = "")
    {
        var tar = new RawTar().Folder("bin").Add('0', "bin/busybox", content: File.ReadAllBytes(RealTool.Find("busybox")), mode: 0b111_101_101).Folder("etc");
        foreach (var name in programs) tar.Link("bin/" + name, "busybox");
        HostileImage.Write(Path.Combine(folder, "base"), [more(tar).ToArray()], Compression.None, $"\"config\":{{\"Env\":[\"PATH=/bin\"{environment}]}}");
        File.WriteAllText(Path.Combine(folder, "base/oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
    }

    /// <summary>Writes <c>FOLDER/App.csproj</c> and its program.</summary>
    /// <param name="folder">Of the project, with the base.</param>
    /// <param name="items">Its items.</param>
    public static void Write(string folder, string items)
    {
        File.WriteAllText(Path.Combine(folder, "Program.cs"), "return;\n");
        File.WriteAllText(Path.Combine(folder, "App.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <Import Project="{TheTool.Root}/Sdk.props" />
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <UseAppHost>false</UseAppHost>
                <NuGetAudit>false</NuGetAudit>
                <MsBuildKitTasksAssembly>{TheTool.Tasks}</MsBuildKitTasksAssembly>
                <MsBuildKitToolAssembly>{TheTool.Path}.dll</MsBuildKitToolAssembly>
                <ContainerBaseImage>oci-layout:{folder}/base</ContainerBaseImage>
                <ContainerLocalRegistry>none</ContainerLocalRegistry>
              </PropertyGroup>
              <ItemGroup>{items}</ItemGroup>
            </Project>
            """);
    }
}
