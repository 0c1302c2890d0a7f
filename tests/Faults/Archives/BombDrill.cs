using System.Globalization;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.Archives;

/// <summary>Small inputs that unpack to what no machine holds: each is read in a process of its own that is watched.</summary>
internal sealed class BombDrill : Drill
{
    private const long MostMemory = 128L << 20;
    private const double MostSeconds = 10;

    public override string Name => "bombs";

    public override string Promise => "A bomb is refused with an error that has a code, in bounded memory and time";

    public override async Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        var bombs = Bomb.All.Where(b => scale == Scale.Full || !b.IsSlow).ToList();
        var broken = new List<string>();
        var (mostMemory, mostSeconds) = (0L, 0.0);
        foreach (var bomb in bombs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // A child that had to be killed cleans up nothing.
            using var folder = new TempFolder("bombs");
            var result = await Child.RunAsync(Name, [bomb.Name], TimeSpan.FromMinutes(3), environment: new Dictionary<string, string?> { ["TMPDIR"] = folder.Path });
            if (result.Output.Split(' ') is not [var code, var memoryText, var secondsText])
            {
                broken.Add($"{bomb.Name}: ended with {result.ExitCode}: {result.All.Trim()}");
                continue;
            }
            var (memory, seconds) = (long.Parse(memoryText, CultureInfo.InvariantCulture), double.Parse(secondsText, CultureInfo.InvariantCulture));
            if (!code.StartsWith("MBK", StringComparison.Ordinal)) broken.Add($"{bomb.Name}: {code}");
            if (memory >= MostMemory) broken.Add($"{bomb.Name}: took {memory >> 20} MiB");
            if (seconds >= MostSeconds) broken.Add($"{bomb.Name}: took {seconds:F1} s of a processor");
            (mostMemory, mostSeconds) = (Math.Max(mostMemory, memory), Math.Max(mostSeconds, seconds));
        }
        return new DrillResult(string.Create(CultureInfo.InvariantCulture, $"{bombs.Count} bombs, at most {mostMemory >> 20} MiB and {mostSeconds:F1} s of a processor each"), broken);
    }

    // Prints the code of the error, or what came instead of one, then bytes and seconds.
    public override async Task<int> RunChildAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var folder = new TempFolder("bomb");
        var read = await Bomb.All.Single(b => b.Name == arguments[0]).PrepareAsync(folder);
        Child.ForgetPeak();
        var before = Child.ReadResident();
        var start = Child.ReadWork();
        var code = "nothing";
        try
        {
            await read();
        }
        catch (BuildException e)
        {
            code = e.Code;
        }
        catch (Exception e)
        {
            code = e.GetType().Name;
            await Console.Error.WriteLineAsync(e.ToString());
        }
        Console.Write(string.Create(CultureInfo.InvariantCulture, $"{code} {Math.Max(0, Child.ReadPeak() - before)} {(Child.ReadWork() - start).TotalSeconds:F2}"));
        return 0;
    }
}
