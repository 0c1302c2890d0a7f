using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>Devices of the machine, as files describe them.</summary>
public static partial class StepScenes
{
    private const string Full =
        """
        {
          "cdiVersion": "0.6.0", "kind": "vendor.example/full",
          "devices": [
            { "name": "b", "containerEdits": { "env": ["DEVICE=b"], "deviceNodes": [{ "path": "/dev/full-b", "hostPath": "/dev/full", "permissions": "rw" }] } },
            { "name": "a", "containerEdits": { "env": ["DEVICE=a"], "deviceNodes": [{ "path": "/dev/vendor/full" , "hostPath": "/dev/full" }] } },
            { "name": "hooked", "containerEdits": { "hooks": [{ "hookName": "createContainer", "path": "/bin/true" }] } },
            { "name": "gone", "containerEdits": { "deviceNodes": [{ "path": "/dev/not-there" }] } }
          ],
          "containerEdits": { "env": ["KIND=full"], "mounts": [{ "hostPath": "/mnt/cdi/lib", "containerPath": "/usr/lib/vendor.so", "options": ["bind"] }] }
        }
        """;

    public static async Task DevicesAreThoseThatFilesDescribe()
    {
        MakeDeviceFiles();
        var bench = new StepBench(new StepGrants(Devices: true), deviceFolders: ["/mnt/none", "/mnt/cdi"]);
        const string Script = "echo $KIND $DEVICE; cat /usr/lib/vendor.so; (echo x > /usr/lib/vendor.so) 2>/dev/null || echo kept; for d in /dev/full-b /dev/vendor/full; do [ -c $d ] && { echo x > $d; } 2>&1 | grep -o 'No space'; done; true";
        async Task<string> AskAsync(string name, bool optional = false)
        {
            var before = bench.Text.Output.Length;
            var spec = StepBench.Mount(root => StepBench.Shell(root, Script) with { Devices = [new StepDevice(name, optional)] });
            await bench.RunAsync(spec);
            Assert.DoesNotContain(StepBench.Left(spec), l => l.EndsWith("vendor.so", StringComparison.Ordinal));
            return bench.Text.Output[before..];
        }

        Assert.Equal("full b\nlibrary\nkept\nNo space\n", await AskAsync("vendor.example/full=b"));
        Assert.Equal("full a\nlibrary\nkept\nNo space\n", await AskAsync("vendor.example/full"));
        Assert.StartsWith("other 1\n", await AskAsync("sort"), StringComparison.Ordinal);
        Assert.StartsWith("\n", await AskAsync("vendor.example/full=none", optional: true), StringComparison.Ordinal);
        StepBench.AssertNothingLeft();
    }

    public static async Task DevicesThatCannotBeHadAreRefused()
    {
        MakeDeviceFiles();
        var bench = new StepBench(new StepGrants(Devices: true), deviceFolders: ["/mnt/cdi"]);
        var none = await AskAsync(bench, "vendor.example/full=none");
        Assert.Equal("MBK2045", none.Code);
        Assert.Contains("'/mnt/cdi/broken.json' say cannot be read", none.Message, StringComparison.Ordinal);
        var hooked = await AskAsync(bench, "vendor.example/full=hooked");
        Assert.Equal("MBK2046", hooked.Code);
        Assert.Contains("'hooks'", hooked.Message, StringComparison.Ordinal);
        Assert.Contains("'/dev/not-there' is not on this machine", (await AskAsync(bench, "vendor.example/full=gone")).Message, StringComparison.Ordinal);
        Assert.Equal("MBK2046", (await AskAsync(bench, "vendor.example/odd=0")).Code);
        Assert.Equal("MBK2013", (await AskAsync(new StepBench(deviceFolders: ["/mnt/cdi"]), "vendor.example/full=b")).Code);
        StepBench.AssertNothingLeft();

        static Task<WorkerException> AskAsync(StepBench bench, string name) =>
            Assert.ThrowsAsync<WorkerException>(() => bench.ShellAsync("true", s => s with { Devices = [new StepDevice(name)] }));
    }

    private static void MakeDeviceFiles()
    {
        Directory.CreateDirectory("/mnt/cdi");
        File.WriteAllText("/mnt/cdi/lib", "library\n");
        File.WriteAllText("/mnt/cdi/full.json", Full);
        File.WriteAllText("/mnt/cdi/odd.json", """{ "kind": "vendor.example/odd", "devices": [{ "name": "0", "containerEdits": { "env": "A=1" } }] }""");
        File.WriteAllText("/mnt/cdi/broken.json", "{");
        File.WriteAllText("/mnt/cdi/other.yaml", """
            cdiVersion: "0.6.0"
            kind: vendor.example/other
            devices:
            - name: 1
              annotations: { org.mobyproject.buildkit.device.class: sort }
              containerEdits:
                env: [KIND=other, DEVICE=1]
            """);
    }
}
