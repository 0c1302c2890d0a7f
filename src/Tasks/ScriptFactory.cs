using Microsoft.Build.Framework;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Tasks;

/// <summary>Reads <c>Script</c> of a step: a file whose first line names what runs it. The kernel reads that line and takes it to the letter, so
/// what it would stumble over is told here.</summary>
internal sealed class ScriptFactory(BuildImageParameters parameters, Problems problems)
{
    // The kernel reads no more of the first line.
    private const int LongestLine = 255;

    public ProjectScript? Create(ITaskItem item)
    {
        var given = item.GetMetadata("Script");
        var path = Text.IsPath(given) ? Path.GetFullPath(given, parameters.ProjectDirectory) : "";
        if (!File.Exists(path))
        {
            problems.Add(Problem.Script, "ContainerRun", $"Script '{given}' of '{item.ItemSpec}' is not there, or is no file. Check the path, which starts at the project.", item);
            return null;
        }
        if (Judge(path) is { } fault)
        {
            problems.Add(Problem.Script, "ContainerRun", $"Script '{given}' of '{item.ItemSpec}' {fault}", item);
            return null;
        }
        var name = Path.GetFileName(path);
        if (ImagePath.Join("/", name) is not null)
            return new ProjectScript(
                Path.GetRelativePath(parameters.ProjectDirectory, path).Replace('\\', '/'), name, new LocalTree($"script-{item.ItemSpec}", [new LocalFile(name, path, Mode: 0b111_101_101)]));
        problems.Add(Problem.Script, "ContainerRun", $"Script '{given}' of '{item.ItemSpec}' has a name that no file of an image can have. Give it another.", item);
        return null;
    }

    private static string? Judge(string path)
    {
        Span<byte> head = stackalloc byte[LongestLine + 1];
        try
        {
            using var file = File.OpenHandle(path);
            head = head[..RandomAccess.Read(file, head, 0)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return $"cannot be read: {e.Message.TrimEnd('.')}. Check its permissions.";
        }
        if (head.StartsWith("\ufeff"u8)) return "starts with a byte order mark, which hides its first line. Save it as UTF-8 without one.";
        var end = head.IndexOf((byte)'\n');
        var line = end < 0 ? head : head[..end];
        if (!line.StartsWith("#!"u8) || line[2..].Trim(" \t\r"u8) is not [(byte)'/', ..])
            return "does not say in its first line what runs it. Begin it with a line such as '#!/bin/sh' or '#!/usr/bin/env python3'.";
        if (line.EndsWith("\r"u8)) return "ends its lines as Windows does, so no program of that name is found in the image. Save it with LF line ends, and keep them with '*.sh text eol=lf' in .gitattributes.";
        return line.Length > LongestLine ? $"has a first line of more than {LongestLine} characters, which no kernel reads to its end. Shorten it." : null;
    }
}
