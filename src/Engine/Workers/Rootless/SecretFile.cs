namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A secret as a file in memory, read-only. Ids are the step's; <paramref name="Mode"/> is 0400 unless it is given.</summary>
public sealed record SecretFile(string Destination, ReadOnlyMemory<byte> Content, int Uid = 0, int Gid = 0, int Mode = 0x100) : StepMount(Destination)
{
    internal override bool IsFile => true;

    /// <summary>Never the content: records print what they hold.</summary>
    public override string ToString() => $"{nameof(SecretFile)} {{ {Destination} }}";
}
