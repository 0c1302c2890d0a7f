using System.Globalization;

namespace MsBuildKit.Faults;

/// <summary>Where a drill's chance comes from: <c>FAULTS_SEED</c>, to run it again as it was, else somewhere. It is printed in any case.</summary>
internal static class Seed
{
    public static int Choose()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("FAULTS_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        Console.WriteLine($"   FAULTS_SEED={seed}");
        return seed;
    }
}
