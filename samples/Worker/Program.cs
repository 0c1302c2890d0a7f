using System.Runtime.InteropServices;

// Works until it is told to stop, as a container's main process should.
using var stop = new CancellationTokenSource();
using var signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    stop.Cancel();
});

var greetings = (Environment.GetEnvironmentVariable("WORKER_GREETINGS") ?? "hello").Split(';');
for (var i = 0; !stop.IsCancellationRequested; i++)
{
    Console.WriteLine($"{RuntimeInformation.ProcessArchitecture}: {greetings[i % greetings.Length]}");
    stop.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(1));
}
