namespace MsBuildKit.Engine.Workers.Rootless;

public static class WorkerHost
{
    public static Task RunAsync(IReadOnlyList<string> args, Stream input, Stream output) => Task.CompletedTask;
}
