using MsBuildKit.Tool.Protocol;

namespace MsBuildKit.Tool.Transfer;

/// <summary>What a <see cref="TreeSender"/> sends.</summary>
internal interface ISentTree
{
    /// <summary>Everything in it but its top, in any order; modes as <see cref="EntryMode"/> has them. A regular file with a <see cref="Stat.Linkname"/> is another name
    /// of the file at that path.</summary>
    Task<IReadOnlyList<Stat>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The content of a regular file, by any of its names. Called for several files at once.</summary>
    ValueTask<Stream> OpenAsync(Stat entry, CancellationToken cancellationToken);
}
