using System.Globalization;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Faults.Registry;

/// <summary>Every way in which a registry was seen to fail, between us and a real one.</summary>
internal sealed class RegistryDrill : Drill
{
    private const int Seed = 20_260_401;
    private const int ClassesAtOnce = 4;

    public override string Name => "registry-faults";

    public override string Promise => "Pushes and pulls through a failing registry end right; a tag never points at what is not there";

    public override async Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        Console.WriteLine($"   seed {Seed}");
        await using var registry = await DockerRegistry.StartAsync();
        var run = new Run(registry, scale == Scale.Full, cancellationToken);
        await run.PushEachClassAsync();
        await run.PullEachClassAsync();
        await run.PushMixedAsync(percent: 10, pushes: run.Full ? 1000 : 40, mayFail: 0);
        await run.PushMixedAsync(percent: 30, pushes: run.Full ? 1000 : 20, mayFail: run.Full ? 5 : 1);
        await run.PullAsync(percent: 30, pulls: run.Full ? 200 : 10);
        return run.End();
    }

    private sealed class Run(DockerRegistry registry, bool full, CancellationToken cancellationToken)
    {
        private readonly FaultTally _tally = new();
        private readonly List<string> _figures = [];
        private readonly List<string> _broken = [];
        private int _looks;

        public bool Full => full;

        public async Task PushEachClassAsync()
        {
            var pushes = full ? 5 : 1;
            var options = new ParallelOptions { MaxDegreeOfParallelism = ClassesAtOnce, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(FaultClasses.All.Index(), options, async (item, token) =>
            {
                var (number, fault) = item;
                await using var proxy = new FaultProxy(registry.Host, Seed + number, _tally);
                for (var i = 0; i < pushes; i++)
                {
                    proxy.Plan = new EachOnce(fault);
                    var drill = new PushDrill(registry, proxy, Seed + 1000 + (number * 100) + i);
                    await drill.RunAsync(1, token);
                    lock (_broken) _broken.AddRange(drill.Failed.Concat(drill.Broken).Select(b => $"'{fault.Name}' once for each request: {b}"));
                    Interlocked.Add(ref _looks, drill.Looks);
                }
            });
            _figures.Add($"{FaultClasses.All.Count} kinds of fault, each once for every request of {pushes} {(pushes == 1 ? "push" : "pushes")}");
        }

        public async Task PullEachClassAsync()
        {
            var (read, write) = (new ProxiedRequest("GET", "/v2/x/manifests/1.0", [], []), new ProxiedRequest("PUT", "/v2/x/blobs/uploads/1", [], [1, 2]));
            await using var proxy = new FaultProxy(registry.Host, Seed + 2, _tally);
            using var drill = new PullDrill(registry, proxy, Seed + 2);
            await drill.PrepareAsync(cancellationToken);
            var number = 0;
            foreach (var fault in FaultClasses.All.Where(c => c.Applies(read) && (full || !c.Applies(write))))
            {
                proxy.Plan = new EachOnce(fault);
                await drill.RunAsync(++number, 1, cancellationToken);
                _broken.AddRange(drill.Take().Select(b => $"'{fault.Name}' once for each request: {b}"));
            }
            _figures.Add($"{number} of them for every request of a pull");
        }

        public async Task PushMixedAsync(int percent, int pushes, int mayFail)
        {
            await using var proxy = new FaultProxy(registry.Host, Seed + percent, _tally) { Plan = new MixedFaults(percent / 100.0, Seed + percent) };
            var drill = new PushDrill(registry, proxy, Seed + percent);
            await drill.RunAsync(pushes, cancellationToken);
            _looks += drill.Looks;
            _figures.Add($"{Count(pushes - drill.Failed.Count - drill.Broken.Count)} of {Count(pushes)} pushes right at {percent} % faults");
            _broken.AddRange(drill.Broken);
            foreach (var failed in drill.Failed) Console.WriteLine($"   {failed}");
            if (drill.Failed.Count > mayFail) _broken.AddRange(drill.Failed);
        }

        public async Task PullAsync(int percent, int pulls)
        {
            await using var proxy = new FaultProxy(registry.Host, Seed + 1, _tally);
            using var drill = new PullDrill(registry, proxy, Seed + 1);
            await drill.PrepareAsync(cancellationToken);
            proxy.Plan = new MixedFaults(percent / 100.0, Seed + 1);
            await drill.RunAsync(1, pulls, cancellationToken);
            var wrong = drill.Take();
            _figures.Add($"{Count(pulls - wrong.Count)} of {Count(pulls)} pulls right at {percent} %");
            _broken.AddRange(wrong);
        }

        public DrillResult End()
        {
            _figures.Add($"{Count(_looks)} reads of the tags");
            _figures.Add($"{Count(_tally.Inflicted.Values.Sum())} faults in {Count(_tally.Requests)} requests");
            _broken.AddRange(FaultClasses.All.Where(c => !_tally.Inflicted.ContainsKey(c.Name)).Select(c => $"'{c.Name}' was never inflicted"));
            _broken.AddRange(_tally.OwnFaults.Select(f => $"the proxy itself: {f}"));
            return new(string.Join("; ", _figures), _broken);
        }

        private static string Count(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
    }
}
