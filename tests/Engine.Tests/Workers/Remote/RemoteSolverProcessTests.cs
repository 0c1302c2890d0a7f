using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Remote;
using MsBuildKit.Engine.Workers.Remote.Protocol;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Workers.Remote;

/// <summary>How the process that speaks to builders starts and ends. A shell stands for it.</summary>
public sealed class RemoteSolverProcessTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new("solver-process");
    private readonly LocalContentStore _store;

    public RemoteSolverProcessTests() => _store = new LocalContentStore(_folder["store"]);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Solve_ToolIsNotThere_SaysWhereItShouldBe()
    {
        var error = await FailAsync(new SolverProgram("/bin/sh", _folder["absent.dll"]));
        Assert.Equal(WorkerException.NoSolver, error.Code);
        Assert.Contains($"'{_folder["absent.dll"]}'", error.Message);
    }

    [Fact]
    public async Task Solve_ToolDoesNotStart_SaysWhatItSaid()
    {
        var error = await FailAsync(new SolverProgram("/bin/sh", _folder.Write("tool", "echo You must install something. >&2; exit 150\n")));
        Assert.Equal(WorkerException.NoSolver, error.Code);
        Assert.Contains("does not start: You must install something.", error.Message);
    }

    [Fact]
    public async Task Solve_NoHost_SaysSo() =>
        Assert.Equal(WorkerException.NoSolver, (await FailAsync(new SolverProgram(_folder["dotnet"], _folder.Write("tool", "")))).Code);

    [Fact]
    public async Task Dispose_ToolDoesNotEnd_EndsItWithAllThatItStarted()
    {
        var process = new RemoteSolverProcess(new SolverProgram("/bin/sh", _folder.Write("tool", $"echo $$ > {_folder["pid"]}.new; mv {_folder["pid"]}.new {_folder["pid"]}; sleep 1000\n")), new Builders());
        process.Prepare();
        while (!File.Exists(_folder["pid"])) await Task.Delay(10, TestContext.Current.CancellationToken);
        await process.DisposeAsync();
        Assert.False(Directory.Exists($"/proc/{(await File.ReadAllTextAsync(_folder["pid"], TestContext.Current.CancellationToken)).Trim()}"));
    }

    private async Task<WorkerException> FailAsync(SolverProgram program)
    {
        var process = new RemoteSolverProcess(program, new Builders());
        await using (process) return await Assert.ThrowsAsync<WorkerException>(() => process.SolveAsync(LentGraph.Create(_store, _folder), null, default));
    }
}
