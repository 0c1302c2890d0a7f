using System.CommandLine;
using Google.Protobuf;
using MsBuildKit.Tool.Daemon.Records;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>debug store-records</c>: what the daemon asks where it can see the files of images' users. A line for each record, as BuildKit's message in base64.</summary>
internal static class StoreRecordsCommand
{
    internal const string Name = "store-records";

    public static Command Create(ToolHost host, StoreOption store)
    {
        var prune = new Option<string?>("--prune");
        var command = new Command(Name, "What the store has, for the daemon.") { prune };
        command.Hidden = true;
        command.SetAction((result, cancellationToken) =>
        {
            var records = new StoreRecords(store.PathOf(result), host.Time);
            var told = result.GetValue(prune) is { } request ? records.Prune(PruneRequest.Parser.ParseFrom(ByteString.FromBase64(request)), cancellationToken) : records.List();
            foreach (var record in told) host.Output.WriteLine(record.ToByteString().ToBase64());
            return Task.FromResult(ExitCodes.Success);
        });
        return command;
    }
}
