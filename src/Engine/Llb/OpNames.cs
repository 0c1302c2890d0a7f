using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Llb;

/// <summary>Short descriptions of operations that have no name of their own.</summary>
internal static class OpNames
{
    public static string Describe(Op op) => op.OpCase switch
    {
        Op.OpOneofCase.Exec => string.Join(' ', op.Exec.Meta?.Args ?? []),
        Op.OpOneofCase.Source => op.Source.Identifier,
        Op.OpOneofCase.File => string.Join(", ", op.File.Actions.Select(Describe)),
        Op.OpOneofCase.Merge => "merge",
        Op.OpOneofCase.Diff => "diff",
        Op.OpOneofCase.Build => "build",
        Op.OpOneofCase.Passthrough => "passthrough",
        _ => "nothing",
    };

    private static string Describe(FileAction action) => action.ActionCase switch
    {
        FileAction.ActionOneofCase.Copy => $"copy {action.Copy.Src} {action.Copy.Dest}",
        FileAction.ActionOneofCase.Mkfile => $"mkfile {action.Mkfile.Path}",
        FileAction.ActionOneofCase.Mkdir => $"mkdir {action.Mkdir.Path}",
        FileAction.ActionOneofCase.Rm => $"rm {action.Rm.Path}",
        FileAction.ActionOneofCase.Symlink => $"symlink {action.Symlink.Oldpath} {action.Symlink.Newpath}",
        _ => "nothing",
    };
}
