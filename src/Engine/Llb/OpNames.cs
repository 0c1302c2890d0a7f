using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Llb;

/// <summary>Short descriptions of operations that have no name of their own.</summary>
internal static class OpNames
{
    private static readonly string[] s_addresses = ["https://", "http://", "git://"];

    public static string Describe(Op op) => op.OpCase switch
    {
        Op.OpOneofCase.Exec => string.Join(' ', op.Exec.Meta?.Args ?? []),
        Op.OpOneofCase.Source => Describe(op.Source.Identifier),
        Op.OpOneofCase.File => string.Join(", ", op.File.Actions.Select(Describe)),
        Op.OpOneofCase.Merge => "merge",
        Op.OpOneofCase.Diff => "diff",
        Op.OpOneofCase.Build => "build",
        Op.OpOneofCase.Passthrough => "passthrough",
        _ => "nothing",
    };

    // In other identifiers an '@' stands before a digest.
    private static string Describe(string identifier) =>
        s_addresses.Any(s => identifier.StartsWith(s, StringComparison.Ordinal)) ? SourceAddress.WithoutCredentials(identifier) : identifier;

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
