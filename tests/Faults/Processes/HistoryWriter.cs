using System.Diagnostics;
using System.Text;

namespace MsBuildKit.Faults.Processes;

/// <summary>A process's own file of the history. A line is written at once, so it outlives the process.</summary>
internal sealed class HistoryWriter(string path) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.Read, 0);

    public void Write(HistoryKind kind, string key = "", string digest = "")
    {
        lock (_file) _file.Write(Encoding.UTF8.GetBytes(new HistoryEntry(Stopwatch.GetTimestamp(), kind, key, digest).ToString()));
    }

    public void Dispose() => _file.Dispose();
}
