using System.Text;
using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>Keeps what steps write, and tells when a text came.</summary>
internal sealed class StepText : IStepOutput
{
    private readonly MemoryStream _output = new(), _error = new();
    private int _inside;

    public string Output => Read(_output);

    public string Error => Read(_error);

    /// <summary>Waits until the output holds a text.</summary>
    public async Task WaitForAsync(string text)
    {
        for (var i = 0; !Output.Contains(text, StringComparison.Ordinal); i++)
        {
            Assert.True(i < 3000, $"'{text}' did not come: {Output}{Error}");
            await Task.Delay(5);
        }
    }

    public ValueTask WriteAsync(StepStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        Assert.Equal(1, Interlocked.Increment(ref _inside));
        var target = stream == StepStream.Output ? _output : _error;
        lock (target) target.Write(bytes.Span);
        Interlocked.Decrement(ref _inside);
        return ValueTask.CompletedTask;
    }

    private static string Read(MemoryStream stream)
    {
        lock (stream) return Encoding.UTF8.GetString(stream.ToArray());
    }
}
