namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>How many characters a terminal shows.</summary>
public readonly record struct TerminalSize(int Rows, int Columns);
