using System.Xml;
using Microsoft.Build.Framework;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tasks;

/// <summary>Finds where an item was written. MSBuild tells tasks the file, but not the line.</summary>
internal static class ItemPlace
{
    /// <summary>The file and, where an element of <paramref name="type"/> includes the item by its name, the line; or <c>null</c>.</summary>
    public static SourcePosition? Of(ITaskItem item, string type)
    {
        if (Problem.FileOf(item) is not { } file) return null;
        try
        {
            using var stream = File.OpenRead(file);
            using var reader = XmlReader.Create(stream);
            while (reader.Read())
                if (reader.NodeType == XmlNodeType.Element && reader.LocalName == type && Includes(reader.GetAttribute("Include"), item.ItemSpec) && reader is IXmlLineInfo line)
                    return new SourcePosition(file, line.LineNumber, line.LinePosition);
        }
        catch (Exception e) when (e is XmlException or IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            // A file that cannot be read now was read before: its name is still true.
        }
        return new SourcePosition(file);
    }

    private static bool Includes(string? list, string name) => list?.Split(';').Any(i => i.Trim() == name) == true;
}
