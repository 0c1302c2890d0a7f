using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Faults.PowerCuts;

/// <summary>The figures of many cuts.</summary>
internal sealed class CutCount
{
    private readonly List<string> _broken = [];
    private int _cuts;
    private int _blobs;
    private int _removed;
    private int _records;
    private int _recordsLost;

    public IReadOnlyList<string> Broken => _broken;

    public void Add(Acknowledged acknowledged, int removed, string root, IEnumerable<string> broken)
    {
        lock (_broken)
        {
            _cuts++;
            _blobs += acknowledged.Blobs.Count;
            _removed += removed;
            _records += acknowledged.Records.Count;
            _recordsLost += acknowledged.Records.Count(k => !File.Exists(PathOf(root, k)));
            foreach (var line in broken)
            {
                Console.WriteLine($"   {line}");
                _broken.Add(line);
            }
        }
    }

    public string Text(bool collecting) => collecting
        ? $"{_cuts:N0} cuts while collecting, {_blobs:N0} blobs acknowledged, {_removed:N0} files collected, {_broken.Count} broken"
        : $"{_cuts:N0} cuts while writing, {_blobs:N0} blobs acknowledged, {_recordsLost:N0} of {_records:N0} records missing afterwards, {_broken.Count} broken";

    private static string PathOf(string root, Digest key) => Path.Combine(root, "index", key.Hex[..2], key.Hex[2..]);
}
