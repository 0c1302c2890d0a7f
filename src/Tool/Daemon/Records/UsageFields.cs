using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Daemon.Records;

/// <summary>What filters can ask of something in the store (BuildKit's cache/manager.go).</summary>
internal static class UsageFields
{
    /// <summary>The value of a name; <c>null</c> for what is not there, or not true.</summary>
    public static string? Find(UsageRecord record, string name) => name switch
    {
        "id" => record.ID,
        "type" => record.RecordType,
        "description" => record.Description.Length > 0 ? record.Description : null,
        "parents" => record.Parents.Count > 0 ? string.Join(';', record.Parents) : null,
        "inuse" => Truth(record.InUse),
        "mutable" => Truth(record.Mutable),
        "immutable" => Truth(!record.Mutable),
        "shared" => Truth(record.Shared),
        "private" => Truth(!record.Shared),
        _ => null,
    };

    private static string? Truth(bool value) => value ? "" : null;
}
