namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>Who is to own something, in the worker's ids.</summary>
internal readonly record struct FileOwner(uint Uid, uint Gid);
