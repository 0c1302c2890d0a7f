using System.Buffers;
using System.Text;

namespace MsBuildKit.TestKit.Secrets;

/// <summary>Looks for secrets in everything that a build left: as they are and in the forms that programs give them, in files, in their names and
/// links, and in what is packed inside of them.</summary>
public sealed class SecretHunt
{
    private const int Deepest = 6;

    private readonly ILookup<char, (Canary Canary, string Form, string Text)> _byFirst;
    private readonly SearchValues<string> _any;

    public SecretHunt(params IReadOnlyList<Canary> canaries)
    {
        // Bytes as characters of Latin-1, one for one: many can be looked for at once.
        var forms = canaries.SelectMany(c => c.Values.SelectMany(SecretForms.Of).Select(f => (c, f.Form, Text: Encoding.Latin1.GetString(f.Bytes)))).ToList();
        _byFirst = forms.ToLookup(f => f.Text[0]);
        _any = SearchValues.Create([.. forms.Select(f => f.Text).Distinct()], StringComparison.Ordinal);
    }

    /// <summary>Everything that is found below a folder, except in these files and folders of it.</summary>
    public IReadOnlyList<SecretHit> FindBelow(string folder, params IReadOnlyList<string> except)
    {
        var entries = new DirectoryInfo(folder).EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false });
        return [.. entries.Where(e => !except.Any(x => IsBelow(Path.GetRelativePath(folder, e.FullName), x))).AsParallel().AsOrdered().SelectMany(e => FindIn(folder, e))];
    }

    /// <summary>The secrets in <paramref name="bytes"/>, packed or not.</summary>
    public IEnumerable<SecretHit> Find(string place, byte[] bytes) => Find(place, bytes, 0);

    private List<SecretHit> FindIn(string folder, FileSystemInfo entry)
    {
        var place = Path.GetRelativePath(folder, entry.FullName);
        var found = Find($"the name '{place}'", Encoding.UTF8.GetBytes(entry.Name)).ToList();
        if (entry.LinkTarget is { } target) found.AddRange(Find($"the link '{place}'", Encoding.UTF8.GetBytes(target)));
        else if (entry is FileInfo file) found.AddRange(Find(place, File.ReadAllBytes(file.FullName)));
        return found;
    }

    private IEnumerable<SecretHit> Find(string place, byte[] bytes, int depth)
    {
        foreach (var hit in Search(place, Encoding.Latin1.GetString(bytes)).Distinct()) yield return hit;
        if (depth == Deepest) yield break;
        foreach (var (part, unpacked) in PackedBytes.Find(bytes))
            foreach (var hit in Find($"{place}/{part}", unpacked, depth + 1))
                yield return hit;
    }

    private List<SecretHit> Search(string place, string text)
    {
        var found = new List<SecretHit>();
        for (var at = 0; text.AsSpan(at).IndexOfAny(_any) is >= 0 and var next; at++)
        {
            at += next;
            foreach (var form in _byFirst[text[at]])
                if (text.AsSpan(at).StartsWith(form.Text, StringComparison.Ordinal))
                    found.Add(new SecretHit(form.Canary, form.Form, place));
        }
        return found;
    }

    private static bool IsBelow(string path, string folder) => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);
}
