using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Build.Progress;

/// <summary>Says at a build's end what checks found in the Dockerfile.</summary>
internal static class RemarkReport
{
    public static void Write(TextWriter output, IReadOnlyList<BuildMessage> remarks)
    {
        if (remarks.Count == 0) return;
        output.WriteLine();
        output.WriteLine($" {Counts.Text(remarks.Count, "warning")} found:");
        foreach (var remark in remarks.OrderBy(r => r.Position!.Line))
            output.WriteLine($" - {remark.Text} (line {Counts.Text(remark.Position!.Line)})");
    }
}
