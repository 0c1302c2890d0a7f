using System.Globalization;

namespace MsBuildKit.Tool.Text;

/// <summary>Spans of time as people write them.</summary>
internal static class Age
{
    private static readonly (string Unit, string Name, TimeSpan Length)[] s_units =
    [
        ("w", "week", TimeSpan.FromDays(7)), ("d", "day", TimeSpan.FromDays(1)), ("h", "hour", TimeSpan.FromHours(1)),
        ("m", "minute", TimeSpan.FromMinutes(1)), ("s", "second", TimeSpan.FromSeconds(1)),
    ];

    /// <summary>Reads a number and one of w, d, h, m and s: <c>7d</c>, <c>36h</c>.</summary>
    public static bool TryParse(string text, out TimeSpan age)
    {
        age = default;
        var unit = s_units.FirstOrDefault(u => text.EndsWith(u.Unit, StringComparison.Ordinal));
        if (unit.Unit is null || !uint.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        if (number > TimeSpan.MaxValue.Ticks / unit.Length.Ticks) return false;
        age = unit.Length * number;
        return true;
    }

    /// <summary>How long ago something was, in its largest unit.</summary>
    public static string Since(DateTime moment, TimeProvider time)
    {
        var age = time.GetUtcNow().UtcDateTime - moment;
        var unit = s_units.FirstOrDefault(u => age >= u.Length);
        return unit.Name is null ? "just now" : Text((int)(age / unit.Length), unit.Name) + " ago";
    }

    /// <summary>The span in its largest unit that leaves no rest.</summary>
    public static string Text(TimeSpan age)
    {
        var unit = s_units.First(u => age.Ticks % u.Length.Ticks == 0 || u.Unit == "s");
        return Text((int)(age / unit.Length), unit.Name);
    }

    private static string Text(int number, string unit) => Counts.Text(number, unit);
}
