using System.Text;
using System.Text.RegularExpressions;

namespace MsBuildKit.Engine.Diagnostics;

/// <summary>Cuts what steps print into lines that are safe to show, in the order they came.</summary>
/// <remarks>Several steps may print at once; each has a rest of its own. A line that grows long without an end is shown in pieces, so
/// memory stays bounded and nothing is left out but colours and what would move a terminal's cursor.</remarks>
public sealed partial class StepLines
{
    private const int LongestPiece = 3000;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Step, int Stream), Rest> _rests = [];

    /// <summary>Hands every line that <paramref name="output"/> completes to <paramref name="show"/>.</summary>
    public void Add(StepOutput output, Action<string> show)
    {
        lock (_gate)
        {
            if (!_rests.TryGetValue((output.Name, output.Stream), out var rest)) _rests[(output.Name, output.Stream)] = rest = new Rest();
            foreach (var b in output.Data.Span) rest.Add(b, show);
        }
    }

    /// <summary>Hands over what a step left without an end of line.</summary>
    public void Complete(string step, Action<string> show)
    {
        lock (_gate)
            foreach (var stream in new[] { 1, 2 })
                if (_rests.Remove((step, stream), out var rest))
                    rest.Complete(show);
    }

    [GeneratedRegex(@"\x1b\[[0-?]*[ -/]*[@-~]")]
    private static partial Regex ControlSequence { get; }

    private sealed class Rest
    {
        private readonly List<byte> _bytes = [];
        private bool _returned;

        public void Add(byte b, Action<string> show)
        {
            // Programs that draw a bar go back to the line's start instead of ending it; '\r\n' is one end.
            var second = b == '\n' && _returned;
            _returned = b == '\r';
            if (second) return;
            if (b is (byte)'\n' or (byte)'\r') Flush(show);
            else _bytes.Add(b);
            // Not inside a character of several bytes.
            if (_bytes.Count >= LongestPiece && b < 0x80) Flush(show);
        }

        public void Complete(Action<string> show)
        {
            if (_bytes.Count > 0) Flush(show);
        }

        private void Flush(Action<string> show)
        {
            var line = ControlSequence.Replace(Encoding.UTF8.GetString([.. _bytes]), "");
            show(string.Concat(line.Select(c => char.IsControl(c) && c != '\t' ? '\ufffd' : c)));
            _bytes.Clear();
        }
    }
}
