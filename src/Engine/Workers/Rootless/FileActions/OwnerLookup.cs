using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>Finds who an owner of LLB is: a number, or a name in the <c>/etc/passwd</c> and <c>/etc/group</c> of a tree.</summary>
/// <remarks>The group of a number that stands alone is that number, the group of a name the one of its row. A group alone is root's.</remarks>
internal static class OwnerLookup
{
    /// <summary>The owner in the worker's ids, or <c>null</c> when none is asked for. Throws MBK2014.</summary>
    /// <param name="owner">What is asked for.</param>
    /// <param name="open">Where the tree of a number (an input or an action's result) is mounted.</param>
    public static async Task<FileOwner?> FindAsync(ChownOpt? owner, Func<long, Task<string>> open)
    {
        if (owner is null) return null;
        var (uid, gid) = owner.User?.UserCase switch
        {
            UserOpt.UserOneofCase.ByID => (owner.User.ByID, owner.User.ByID),
            UserOpt.UserOneofCase.ByName => await LookUpAsync(owner.User.ByName, open, UserLookup.FindNamedUser).ConfigureAwait(false),
            _ => (0L, 0L),
        };
        gid = owner.Group?.UserCase switch
        {
            UserOpt.UserOneofCase.ByID => owner.Group.ByID,
            UserOpt.UserOneofCase.ByName => await LookUpAsync(owner.Group.ByName, open, UserLookup.FindNamedGroup).ConfigureAwait(false),
            _ => gid,
        };
        return new FileOwner(ToWorker(uid), ToWorker(gid));
    }

    private static async Task<T> LookUpAsync<T>(NamedUserOpt named, Func<long, Task<string>> open, Func<StepTree, string, T> find)
    {
        using var tree = new StepTree(await open(named.Input).ConfigureAwait(false));
        return find(tree, named.Name);
    }

    private static uint ToWorker(long id) => StepIds.Holds(id) ? (uint)StepIds.ToWorker((int)id) : throw StepErrors.NoSuchId(id);
}
