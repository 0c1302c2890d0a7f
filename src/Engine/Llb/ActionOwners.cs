using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Llb;

/// <summary>Who is to own what a file action makes, and the trees where owners by name are looked up.</summary>
internal static class ActionOwners
{
    /// <summary>The owner that an action asks for.</summary>
    public static ChownOpt? Of(FileAction action) => action.Copy?.Owner ?? action.Mkdir?.Owner ?? action.Mkfile?.Owner ?? action.Symlink?.Owner;

    /// <summary>The names that have to be looked up.</summary>
    public static IEnumerable<NamedUserOpt> NamesOf(FileAction action) =>
        new[] { Of(action)?.User?.ByName, Of(action)?.Group?.ByName }.OfType<NamedUserOpt>();
}
