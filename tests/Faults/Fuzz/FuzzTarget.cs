using System.Text;

namespace MsBuildKit.Faults.Fuzz;

/// <summary>Something of ours that reads what strangers write.</summary>
internal abstract class FuzzTarget : IDisposable
{
    /// <summary>Words that mean something to the reader; changed inputs get some of them.</summary>
    public virtual IReadOnlyList<string> Words => [];

    /// <summary>Small good inputs, by our own writers where there are any.</summary>
    public abstract IEnumerable<(string Name, byte[] Bytes)> MakeSeeds();

    /// <summary>A change that only one who knows the format would make, or <c>null</c> when the input is too broken for it.</summary>
    public virtual byte[]? Reshape(byte[] input, Random random) => null;

    /// <summary>Makes checksums and the like right again, so that a change gets past the first gate.</summary>
    public virtual byte[] Repair(byte[] input, Random random) => input;

    /// <summary>Reads the input. A <see cref="Engine.Diagnostics.BuildException"/> is a good answer; any other exception is a fault.</summary>
    /// <returns>In a few words what came of it: what was not seen before is worth changing further.</returns>
    public abstract string Run(byte[] input);

    public virtual void Dispose()
    {
    }

    protected static void Require(bool holds, string otherwise)
    {
        if (!holds) throw new BrokenOracleException(otherwise);
    }

    /// <summary>Bytes as the text that a .NET host would hand over: what is no UTF-8 becomes half a character.</summary>
    protected static string Text(byte[] input) => Encoding.UTF8.GetString(input).Replace('\ufffd', '\ud800');

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
