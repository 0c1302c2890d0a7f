namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A line of <c>/etc/hosts</c>.</summary>
public sealed record ExtraHost(string Name, string Address);
