using Partsfile;

// Whoever builds starts a frontend with its options in the environment, and answers its calls over its input and output.
var options = BuildOptions.Read(Environment.GetEnvironmentVariables());
using var builder = new Builder(Console.OpenStandardInput(), Console.OpenStandardOutput());
try
{
    var text = await builder.ReadTextAsync(options.FileName);
    var parts = PartList.Parse(options.FileName, text);
    await builder.ReturnAsync(await new ImagePlanner(builder, options).PlanAsync(parts));
    return 0;
}
catch (PartException e)
{
    // What is wrong with the file is the build's answer, not the frontend's failure.
    await builder.FailAsync(e.Message);
    return 0;
}
