namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A row of <c>mounts</c> in the runtime specification.</summary>
internal sealed record RuntimeMount(string Destination, string Type, string Source, params IReadOnlyList<string> Options)
{
    /// <summary>What is mounted on the worker's side, with what it forbids there.</summary>
    public static RuntimeMount AsItIs(string source, string destination) => new(destination, "bind", source, "bind");

    /// <summary>Something of the worker's side, which can hold neither devices nor programs that give rights.</summary>
    public static RuntimeMount Bind(string source, string destination, bool readOnly, bool executable = true)
    {
        List<string> options = ["bind", readOnly ? "ro" : "rw", "nosuid", "nodev"];
        if (!executable) options.Add("noexec");
        return new RuntimeMount(destination, "bind", source, options);
    }
}
