using System.Buffers.Binary;
using System.Text;

namespace MsBuildKit.Faults.Fuzz;

/// <summary>Changes inputs without knowing what they mean: bits, ranges, numbers, lines, and words that mean something.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> words)
{
    private const int Largest = 1 << 16;
    private const string Marks = "\"'{}[](),:;=\n\r\0\\/.%$<>|&*?-+~@#! \t";

    private static readonly long[] s_numbers =
        [0, 1, -1, 2, 7, 8, 9, 64, 127, 128, 255, 256, 511, 512, 513, 1023, 4095, 32767, 32768, 65535, 65536, 16777216, int.MaxValue, int.MinValue, uint.MaxValue, 4294967296, long.MaxValue, long.MinValue];

    private static readonly byte[][] s_broken = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x80, 0xae], [0xef, 0xbb, 0xbf], [0xe2, 0x84, 0xaa], [0xd0, 0xb0]];

    /// <summary>A changed copy of <paramref name="input"/>, with parts of <paramref name="other"/> perhaps.</summary>
    public byte[] Change(byte[] input, byte[] other)
    {
        var bytes = new List<byte>(input);
        for (var left = 1 << random.Next(4); left > 0; left--) ChangeOnce(bytes, other);
        return bytes.Count <= Largest ? [.. bytes] : [.. bytes.Take(Largest)];
    }

    private void ChangeOnce(List<byte> bytes, byte[] other)
    {
        var at = random.Next(bytes.Count + 1);
        var (start, length) = Range(bytes.Count);
        switch (random.Next(16))
        {
            case 0 when at < bytes.Count: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 1 when at < bytes.Count: bytes[at] = (byte)random.Next(256); break;
            case 2 when at < bytes.Count: bytes[at] = (byte)Marks[random.Next(Marks.Length)]; break;
            case 3: bytes.InsertRange(at, Junk(random.Next(1, 9))); break;
            case 4: bytes.RemoveRange(start, length); break;
            case 5: bytes.InsertRange(at, bytes.GetRange(start, length)); break;
            case 6: Repeat(bytes, at, bytes.GetRange(start, Math.Min(length, 64))); break;
            case 7 when other.Length > 0: Splice(bytes, at, other); break;
            case 8 when words.Count > 0: bytes.InsertRange(at, words[random.Next(words.Count)]); break;
            case 9: ReplaceWord(bytes, at); break;
            case 10: ReplaceNumber(bytes, at); break;
            case 11: WriteNumber(bytes, at); break;
            case 12: bytes.Insert(at, (byte)Marks[random.Next(Marks.Length)]); break;
            case 13: bytes.InsertRange(at, s_broken[random.Next(s_broken.Length)]); break;
            case 14: ChangeLine(bytes, at); break;
            case 15 when random.Next(4) == 0: bytes.RemoveRange(at, bytes.Count - at); break;
            default: break;
        }
    }

    private (int Start, int Length) Range(int count)
    {
        if (count == 0) return (0, 0);
        var start = random.Next(count);
        return (start, Math.Min(count - start, 1 << random.Next(10)));
    }

    private byte[] Junk(int count)
    {
        var junk = new byte[count];
        random.NextBytes(junk);
        return junk;
    }

    private void Repeat(List<byte> bytes, int at, List<byte> part)
    {
        if (part.Count == 0) return;
        // Seldom very often: large inputs find what takes too long, small ones find the rest sooner.
        var times = Math.Min(1 << random.Next(random.Next(8) == 0 ? 13 : 5), (Largest - Math.Min(bytes.Count, Largest)) / part.Count);
        bytes.InsertRange(at, Enumerable.Repeat(part, times).SelectMany(p => p).ToArray());
    }

    private void Splice(List<byte> bytes, int at, byte[] other)
    {
        var (start, length) = Range(other.Length);
        var part = other.AsSpan(start, length).ToArray();
        if (random.Next(2) == 0) bytes.RemoveRange(at, Math.Min(part.Length, bytes.Count - at));
        bytes.InsertRange(at, part);
    }

    private void ReplaceWord(List<byte> bytes, int at)
    {
        if (words.Count == 0) return;
        var (start, end) = Around(bytes, at, b => char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_' or (byte)'.');
        bytes.RemoveRange(start, end - start);
        bytes.InsertRange(start, words[random.Next(words.Count)]);
    }

    private void ReplaceNumber(List<byte> bytes, int at)
    {
        while (at < bytes.Count && !char.IsAsciiDigit((char)bytes[at])) at++;
        var (start, end) = Around(bytes, at, b => char.IsAsciiDigit((char)b));
        bytes.RemoveRange(start, end - start);
        bytes.InsertRange(start, Encoding.ASCII.GetBytes(random.Next(8) == 0 ? new string('9', random.Next(1, 40)) : s_numbers[random.Next(s_numbers.Length)].ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    private void WriteNumber(List<byte> bytes, int at)
    {
        var number = new byte[8];
        var value = s_numbers[random.Next(s_numbers.Length)];
        if (random.Next(2) == 0) BinaryPrimitives.WriteInt64LittleEndian(number, value);
        else BinaryPrimitives.WriteInt64BigEndian(number, value);
        var width = 1 << random.Next(1, 4);
        var part = random.Next(2) == 0 ? number[..width] : number[^width..];
        for (var i = 0; i < part.Length && at + i < bytes.Count; i++) bytes[at + i] = part[i];
    }

    private void ChangeLine(List<byte> bytes, int at)
    {
        var (start, end) = Around(bytes, at, b => b != '\n');
        var line = bytes.GetRange(start, end - start);
        if (random.Next(3) == 0) bytes.RemoveRange(start, Math.Min(end + 1, bytes.Count) - start);
        else bytes.InsertRange(random.Next(3) == 0 ? 0 : start, [.. line, (byte)'\n']);
    }

    private static (int Start, int End) Around(List<byte> bytes, int at, Func<byte, bool> belongs)
    {
        var (start, end) = (Math.Min(at, bytes.Count), Math.Min(at, bytes.Count));
        while (start > 0 && belongs(bytes[start - 1])) start--;
        while (end < bytes.Count && belongs(bytes[end])) end++;
        return (start, end);
    }
}
