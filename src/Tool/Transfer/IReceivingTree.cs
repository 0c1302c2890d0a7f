using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Tool.Protocol;

namespace MsBuildKit.Tool.Transfer;

/// <summary>Where a <see cref="TreeReceiver"/> puts what comes. All is called by one task, one after the other.</summary>
internal interface IReceivingTree
{
    /// <summary>Takes an entry, in the order of <see cref="NameOrder"/> and checked by <see cref="EntryCheck"/>; true when its content is wanted.</summary>
    bool Add(Stat entry);

    /// <summary>The content of an entry begins to come.</summary>
    IReceivingFile Open(Stat entry);

    /// <summary>Everything came: makes it count.</summary>
    Task CompleteAsync(CancellationToken cancellationToken);
}
