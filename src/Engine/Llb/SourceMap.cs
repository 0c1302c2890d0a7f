using Google.Protobuf;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Llb;

/// <summary>Writes where operations stand in texts as BuildKit's client (client/llb/sourcemap.go) does: a range for each line, and an entry for each
/// operation, be it empty. Texts that say the same are one.</summary>
internal sealed class SourceMap
{
    private readonly Source _source = new();
    private readonly Dictionary<SourceText, int> _numbers = new(ReferenceEqualityComparer.Instance);

    /// <summary>The map, or <c>null</c> when no operation is made of a text.</summary>
    public static Source? Of(IReadOnlyList<LlbNode> nodes)
    {
        if (nodes.All(n => n.Place is null && n.GivenPlaces.Count == 0)) return null;
        var map = new SourceMap();
        foreach (var node in nodes) map.Add(node);
        return map._source;
    }

    private void Add(LlbNode node)
    {
        var digest = node.Digest.ToString();
        if (!_source.Locations.TryGetValue(digest, out var locations)) _source.Locations[digest] = locations = new Locations();
        if (node.Place is { } place) locations.Locations_.Add(Locate(place));
        foreach (var given in node.GivenPlaces) locations.Locations_.Add(new Location { SourceIndex = NumberOf(given.Text), Ranges = { given.Ranges } });
    }

    private Location Locate(SourcePlace place)
    {
        if (!_numbers.TryGetValue(place.File, out var number))
            _numbers[place.File] = number = NumberOf(new SourceInfo { Filename = place.File.Name, Language = place.File.Language, Data = ByteString.CopyFromUtf8(place.File.Text) });
        var location = new Location { SourceIndex = number };
        if (place.FirstLine == 0) return location;
        for (var line = place.FirstLine; line <= place.LastLine; line++)
            location.Ranges.Add(new Pb.Range { Start = new Position { Line = line }, End = new Position { Line = line } });
        return location;
    }

    private int NumberOf(SourceInfo text)
    {
        for (var i = 0; i < _source.Infos.Count; i++)
            if (IsSame(_source.Infos[i], text)) return i;
        _source.Infos.Add(text.Clone());
        return _source.Infos.Count - 1;
    }

    // One of which is not said how it came here may be the other.
    private static bool IsSame(SourceInfo one, SourceInfo other) => one.Filename == other.Filename && one.Language == other.Language && one.Data == other.Data
        && (one.Definition is not { Def: [.., var head] } || other.Definition is not { Def: [.., var otherHead] } || head == otherHead);
}
