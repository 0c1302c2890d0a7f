namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A program that connects a network namespace to the host's network without privileges.</summary>
internal abstract record EgressProgram(string Path)
{
    /// <summary>The address at which a namespace finds the host's name server, whatever that is.</summary>
    public abstract string Forwarder { get; }

    /// <summary>The arguments to serve a namespace; it writes something to its output when it is connected.</summary>
    public abstract IReadOnlyList<string> Arguments(string networkNamespace, bool forwardNames);

    /// <summary>Looks for them in the folders of a search path, the better one first; <c>null</c> when neither is there.</summary>
    public static EgressProgram? Find(string searchPath)
    {
        if (ProgramPath.Find(searchPath, "pasta") is { } pasta) return new Pasta(pasta);
        return ProgramPath.Find(searchPath, "slirp4netns") is { } slirp ? new Slirp4netns(slirp) : null;
    }
}
