using MsBuildKit.Engine.Llb.Pb;
using Range = MsBuildKit.Engine.Llb.Pb.Range;

namespace MsBuildKit.Engine.Llb;

/// <summary>Where an operation that somebody else wrote stands in the text that it was made of.</summary>
/// <param name="Text">The text.</param>
/// <param name="Ranges">Of its lines.</param>
internal sealed record GivenPlace(SourceInfo Text, IReadOnlyList<Range> Ranges)
{
    /// <summary>What a definition says of one of its operations; what cannot be followed is left out.</summary>
    public static IReadOnlyList<GivenPlace> Of(Source? source, string digest) => source is not null && source.Locations.TryGetValue(digest, out var places)
        ? [.. places.Locations_.Where(l => l.SourceIndex >= 0 && l.SourceIndex < source.Infos.Count).Select(l => new GivenPlace(source.Infos[l.SourceIndex], l.Ranges))]
        : [];
}
