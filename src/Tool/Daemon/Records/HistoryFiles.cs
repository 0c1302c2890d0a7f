using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Daemon.Records;

/// <summary>What there is of each build, in one folder: its log, how its results were made or why there are none, what ran when, and the record, which comes under its name
/// whole.</summary>
internal sealed class HistoryFiles
{
    // Clients know them under these names, as they are written.
    private const string LogType = "application/vnd.buildkit.status.v0", ErrorType = "application/vnd.googeapis.google.rpc.status+proto";

    private const string RecordEnding = ".record", LogEnding = ".log", ErrorEnding = ".error", TraceEnding = ".trace";

    private readonly string _folder;

    /// <param name="folder">Absolute; made when it is not there.</param>
    public HistoryFiles(string folder) => _folder = Directory.CreateDirectory(folder).FullName;

    /// <summary>Where a build's log is written to.</summary>
    public string LogOf(string id) => PathOf(id, LogEnding);

    /// <summary>The records that are whole. What belongs to none of them is removed.</summary>
    public IReadOnlyList<BuildHistoryRecord> ReadAll()
    {
        var records = Directory.EnumerateFiles(_folder, "*" + RecordEnding).Select(f => Read(f) is { } record && PathOf(record.Ref, RecordEnding) == f ? record : null).OfType<BuildHistoryRecord>().ToList();
        var known = records.SelectMany(Of).ToHashSet(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(_folder).Where(f => !known.Contains(f))) File.Delete(file);
        return records;
    }

    /// <summary>Takes the log into a record that is about to be kept.</summary>
    public void KeepLog(BuildHistoryRecord record)
    {
        using var log = File.OpenRead(LogOf(record.Ref));
        record.Logs = Describe(LogType, Digest.FromSha256(SHA256.HashData(log)), log.Length);
    }

    /// <summary>Takes an error into a record that is about to be kept; what is said of it besides becomes content of its own.</summary>
    public void Keep(BuildHistoryRecord record, Google.Rpc.Status error)
    {
        record.ExternalError = Write(record, ErrorEnding, ErrorType, error.ToByteArray());
        record.Error = new Google.Rpc.Status { Code = error.Code, Message = error.Message };
    }

    /// <summary>Takes what ran when into a record that is about to be kept.</summary>
    public void Keep(BuildHistoryRecord record, byte[] trace) => record.Trace = Write(record, TraceEnding, BuildTrace.MediaType, trace);

    /// <summary>Takes how a tree was made into a record that is about to be kept.</summary>
    /// <param name="record">The record.</param>
    /// <param name="tree">Its name in the result; empty for the only one.</param>
    /// <param name="provenance">What is said.</param>
    public void Keep(BuildHistoryRecord record, string tree, Predicate provenance)
    {
        var blob = Write(record, EndingOf(Digest.Of(provenance.Json).ToString()), MediaTypes.InToto, provenance.Json);
        blob.Annotations[AnnotationKeys.PredicateType] = provenance.Type;
        var info = tree.Length == 0 ? record.Result ??= new BuildResultInfo() : record.Results.TryGetValue(tree, out var known) ? known : record.Results[tree] = new BuildResultInfo();
        info.Attestations.Add(blob);
    }

    /// <summary>Writes the record, or what has become of it.</summary>
    public void Write(BuildHistoryRecord record)
    {
        var path = PathOf(record.Ref, RecordEnding);
        File.WriteAllBytes(path + ".new", record.ToByteArray());
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>The file of a record's build with some content; <c>null</c> when it has none.</summary>
    public string? Find(BuildHistoryRecord record, string digest) => Contents(record).Where(c => c.Blob.Digest == digest).Select(c => PathOf(record.Ref, c.Ending)).FirstOrDefault();

    /// <summary>Removes all that there is of a build, the record first.</summary>
    public void Remove(BuildHistoryRecord record)
    {
        foreach (var file in Of(record)) File.Delete(file);
    }

    private static IEnumerable<(BlobDescriptor Blob, string Ending)> Contents(BuildHistoryRecord record)
    {
        yield return (record.Logs, LogEnding);
        foreach (var result in record.Results.Values.Append(record.Result).OfType<BuildResultInfo>())
            foreach (var statement in result.Attestations) yield return (statement, EndingOf(statement.Digest));
        if (record.ExternalError is { } error) yield return (error, ErrorEnding);
        if (record.Trace is { } trace) yield return (trace, TraceEnding);
    }

    private static string EndingOf(string digest) => $".{digest.Split(':')[^1]}.json";

    private static BlobDescriptor Describe(string mediaType, Digest digest, long size) => new() { MediaType = mediaType, Digest = digest.ToString(), Size = size };

    private static BuildHistoryRecord? Read(string path)
    {
        try
        {
            var record = BuildHistoryRecord.Parser.ParseFrom(File.ReadAllBytes(path));
            return record is { CreatedAt: not null, CompletedAt: not null, Logs: not null } ? record : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private BlobDescriptor Write(BuildHistoryRecord record, string ending, string mediaType, byte[] content)
    {
        File.WriteAllBytes(PathOf(record.Ref, ending), content);
        return Describe(mediaType, Digest.Of(content), content.Length);
    }

    private IEnumerable<string> Of(BuildHistoryRecord record) => Contents(record).Select(c => PathOf(record.Ref, c.Ending)).Prepend(PathOf(record.Ref, RecordEnding));

    private string PathOf(string id, string ending) => Path.Combine(_folder, Digest.Of(Encoding.UTF8.GetBytes(id)).Hex + ending);
}
