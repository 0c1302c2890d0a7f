using Google.Protobuf;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Llb;

/// <summary>Writes where operations stand in texts as BuildKit's client (client/llb/sourcemap.go) does: a range for each line, and an entry for each
/// operation, be it empty.</summary>
internal static class SourceMap
{
    /// <summary>The map, or <c>null</c> when no operation is made of a text.</summary>
    public static Source? Of(IReadOnlyList<LlbNode> nodes)
    {
        var files = nodes.Select(n => n.Place?.File).OfType<SourceText>().Distinct().ToList();
        if (files.Count == 0) return null;
        var source = new Source { Infos = { files.Select(Describe) } };
        foreach (var node in nodes)
        {
            var digest = node.Digest.ToString();
            if (!source.Locations.TryGetValue(digest, out var locations)) source.Locations[digest] = locations = new Locations();
            if (node.Place is { } place) locations.Locations_.Add(Locate(place, files.IndexOf(place.File)));
        }
        return source;
    }

    private static SourceInfo Describe(SourceText file) => new() { Filename = file.Name, Language = file.Language, Data = ByteString.CopyFromUtf8(file.Text) };

    private static Location Locate(SourcePlace place, int file)
    {
        var location = new Location { SourceIndex = file };
        if (place.FirstLine == 0) return location;
        for (var line = place.FirstLine; line <= place.LastLine; line++)
            location.Ranges.Add(new Pb.Range { Start = new Position { Line = line }, End = new Position { Line = line } });
        return location;
    }
}
