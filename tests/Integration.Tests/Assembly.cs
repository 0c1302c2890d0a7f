[assembly: AssemblyFixture(typeof(MsBuildKit.Integration.Tests.Tool.NativeTool))]
