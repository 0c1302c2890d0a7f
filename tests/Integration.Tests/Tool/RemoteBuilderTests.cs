using System.Diagnostics;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Tool;

/// <summary>build --builder: the steps run in a daemon, and the image is the one that is built without it.</summary>
public sealed class RemoteBuilderTests : IDisposable
{
    private const string Dockerfile = """
        FROM base AS first
        RUN --mount=type=secret,id=token cat /run/secrets/token | wc -c > /length
        FROM base
        WORKDIR /app
        COPY . .
        COPY --from=first /length /length
        ENV A=b
        """;

    private readonly TempFolder _folder = new("remote-builder");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Build_AtADaemon_IsTheSameImage()
    {
        var home = await TestUser.MakeFolderAsync(_folder, "home");
        StepProject.WriteBase(home, ["sh", "cat", "wc"], tar => tar);
        _folder.Write("home/context/Dockerfile", Dockerfile);
        _folder.Write("home/context/.dockerignore", "left-out\n");
        _folder.Write("home/context/left-out", "");
        _folder.Write("home/token", "12345");
        (await Command.RunAsync("chown", ["-R", "--reference", home, home])).Succeeded();
        var socket = Path.Combine(home, "socket");
        var line = TestUser.Wrap([TheTool.Path, "serve", "--store", Path.Combine(home, "daemon"), "--addr", $"unix://{socket}"]);
        using var daemon = Process.Start(new ProcessStartInfo(line[0], line.Skip(1)) { WorkingDirectory = home, RedirectStandardError = true })!;
        try
        {
            Assert.Equal($"listening on unix://{socket}", await daemon.StandardError.ReadLineAsync(TestContext.Current.CancellationToken));
            var remote = await BuildAsync(home, "remote", "--builder", $"unix://{home}/absent,unix://{socket}");
            Assert.Equal(await BuildAsync(home, "local"), remote);
        }
        finally
        {
            await Command.RunAsync("kill", ["-INT", $"{daemon.Id}"]);
            await daemon.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private static async Task<string> BuildAsync(string home, string name, params string[] arguments)
    {
        (await TestUser.RunAsync(
            [TheTool.Path, "build", "--store", Path.Combine(home, name), "--build-context", "base=oci-layout://base", "--secret", "id=token,src=token", "--iidfile", $"{name}.id", .. arguments, "context"], home)).Succeeded();
        return await File.ReadAllTextAsync(Path.Combine(home, $"{name}.id"));
    }
}
