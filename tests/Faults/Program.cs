using System.Diagnostics;
using MsBuildKit.Faults;
using MsBuildKit.Faults.Steps;

// faults quick|full [--write FILE] [DRILL ...]   runs drills, ends with 'N passed, N failed'
// faults child DRILL ARGUMENTS                   what a drill starts to harm it
// faults inside DRILL ARGUMENTS                  the same as a worker of steps runs: as root of namespaces of its own
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

if (args is ["inside", .. var inner]) return await Inside.EnterAsync(inner);
if (args is ["child", var child, .. var arguments])
    return await Drills.All.Single(d => d.Name == child).RunChildAsync(arguments, stop.Token);
if (args is not [var scaleName, .. var rest] || !Enum.TryParse<Scale>(scaleName, ignoreCase: true, out var scale))
{
    Console.Error.WriteLine($"usage: faults quick|full [--write FILE] [DRILL ...]\ndrills: {string.Join(' ', Drills.All.Select(d => d.Name))}");
    return 2;
}

string? document = null;
if (rest is ["--write", var path, .. var others]) (document, rest) = (path, others);
var unknown = rest.Except(Drills.All.Select(d => d.Name)).ToList();
if (unknown.Count > 0)
{
    Console.Error.WriteLine($"no such drill: {string.Join(' ', unknown)}");
    return 2;
}

var rows = new List<(Drill Drill, DrillResult Result, TimeSpan Elapsed)>();
foreach (var drill in Drills.All.Where(d => rest.Length == 0 || rest.Contains(d.Name)))
{
    Console.WriteLine($"-- {drill.Name}: {drill.Promise}");
    var clock = Stopwatch.StartNew();
    var result = await drill.RunAsync(scale, stop.Token);
    rows.Add((drill, result, clock.Elapsed));
    Console.WriteLine($"   {(result.Held ? "held" : "BROKEN")}: {result.Figure} ({clock.Elapsed.TotalSeconds:F0} s)");
    foreach (var line in result.Broken.Take(20)) Console.WriteLine($"   {line}");
}

var table = ReleaseTable.Write(rows);
if (scale == Scale.Full) Console.WriteLine("\n" + table);
if (document is not null) ReleaseTable.Replace(document, table);
Console.WriteLine($"{rows.Count(r => r.Result.Held)} passed, {rows.Count(r => !r.Result.Held)} failed");
return rows.All(r => r.Result.Held) ? 0 : 1;
