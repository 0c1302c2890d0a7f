using MsBuildKit.Engine.Content;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Content;

public sealed class CommitQueueTests : IDisposable
{
    private readonly TempFolder _folder = new("commits");

    public CommitQueueTests() => Directory.CreateDirectory(_folder["final"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Commit_ManyAtOnce_AreAllMoved()
    {
        await using var queue = new CommitQueue(_folder.Path);
        await Task.WhenAll(Enumerable.Range(0, 700).Select(i => queue.CommitAsync(Stage(i), Final(i))));
        for (var i = 0; i < 700; i++) Assert.Equal($"{i}", File.ReadAllText(Final(i)));
        Assert.Empty(Directory.GetFiles(_folder["staged"]));
    }

    [Fact]
    public async Task Commit_OneCannotBeMoved_TheOthersAreKept()
    {
        await using var queue = new CommitQueue(_folder.Path);
        var results = new List<(int Number, Task Task)>();
        for (var i = 0; i < 300; i++)
        {
            var staged = i % 7 == 3 ? _folder["staged/not-there"] : Stage(i);
            results.Add((i, queue.CommitAsync(staged, i % 7 == 5 ? _folder[$"no-folder/{i}"] : Final(i))));
        }
        foreach (var (number, task) in results)
        {
            var error = await Record.ExceptionAsync(() => task);
            Assert.Equal(number % 7 is 3 or 5, error is IOException);
            Assert.Equal(error is null, File.Exists(Final(number)));
            if (number % 7 == 5) Assert.Equal($"{number}", File.ReadAllText(_folder[$"staged/{number}"]));
        }
    }

    [Fact]
    public async Task Commit_RootIsGone_TellsEverybodyAndGoesOn()
    {
        var root = _folder["root"];
        await using var queue = new CommitQueue(root);
        var lost = Enumerable.Range(0, 20).Select(i => queue.CommitAsync(Stage(i), Final(i))).ToList();
        foreach (var task in lost) await Assert.ThrowsAnyAsync<IOException>(() => task);
        Assert.Empty(Directory.GetFiles(_folder["final"]));

        Directory.CreateDirectory(root);
        await queue.CommitAsync(Stage(1), Final(1));
        Assert.Equal("1", File.ReadAllText(Final(1)));
    }

    [Fact]
    public async Task Commit_NonsenseName_FailsAloneAndTheQueueLives()
    {
        await using var queue = new CommitQueue(_folder.Path);
        await Assert.ThrowsAsync<ArgumentException>(() => queue.CommitAsync(Stage(1), _folder["final/a\0b"]));
        await queue.CommitAsync(Stage(2), Final(2));
        Assert.True(File.Exists(Final(2)));
    }

    [Fact]
    public async Task Confirm_NamesBesideCommits_EachIsToldItsOwn()
    {
        await using var queue = new CommitQueue(_folder.Path);
        var known = _folder.Write("final/known", "known");
        var confirmed = queue.ConfirmAsync(known);
        var lost = queue.ConfirmAsync(_folder["no-folder/known"]);
        await queue.CommitAsync(Stage(1), Final(1));
        await confirmed;
        await Assert.ThrowsAnyAsync<IOException>(() => lost);
        Assert.Equal("known", File.ReadAllText(known));
    }

    [Fact]
    public async Task Dispose_WhatWasQueued_IsKept()
    {
        var queue = new CommitQueue(_folder.Path);
        var all = Enumerable.Range(0, 50).Select(i => queue.CommitAsync(Stage(i), Final(i))).ToList();
        await queue.DisposeAsync();
        Assert.All(all, t => Assert.True(t.IsCompletedSuccessfully));
        Assert.Throws<ObjectDisposedException>(() => { _ = queue.CommitAsync(Stage(99), Final(99)); });
    }

    private string Stage(int number) => _folder.Write($"staged/{number}", $"{number}");

    private string Final(int number) => _folder[$"final/{number}"];
}
