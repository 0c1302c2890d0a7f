[assembly: AssemblyFixture(typeof(SdkPackage))]
