using System.Globalization;
using System.Text;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Faults.Steps;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Faults.Escapes;

/// <summary>Images in which a runtime, made to execute itself, executes what overwrites it (reliability B4).</summary>
internal static class OverwriteCases
{
    private const string Loader = "lib64/ld-linux-x86-64.so.2";
    private const int Executable = 0b111_101_101;

    /// <summary>All of them.</summary>
    /// <param name="overwriter">The program of <c>overwrite.c</c>, which says <c>begun</c>.</param>
    /// <param name="times">How often it tries; a hundred take a second.</param>
    public static IReadOnlyList<EscapeCase> All(byte[] overwriter, int times) =>
    [
        .. from line in (string[])["#!/proc/self/exe", "#!/proc/self/exe -c", "#!/proc/1/exe", "#!/proc/thread-self/exe"]
           select Make($"'{line}' is the first line of what it runs", overwriter, times, tar => tar.Add('0', "bin/it", content: Encoding.UTF8.GetBytes(line + "\n"), mode: Executable), "/bin/it"),
        Make("it runs a link to /proc/self/exe", overwriter, times, tar => tar.Link("bin/it", "/proc/self/exe"), "/bin/it"),
        Make("it runs /proc/self/exe", overwriter, times, tar => tar, "/proc/self/exe"),
    ];

    private static EscapeCase Make(string name, byte[] overwriter, int times, Func<RawTar, RawTar> image, string command)
    {
        var exec = StepBed.Shell("");
        exec.Meta.Args.Clear();
        exec.Meta.Args.Add(command);
        exec.Meta.ValidExitCodes.AddRange(Enumerable.Range(0, 256));
        return new EscapeCase(name, image(new RawTar().Add('0', Loader, content: overwriter, mode: Executable).File("times", times.ToString(CultureInfo.InvariantCulture))).ToArray(), exec);
    }
}
