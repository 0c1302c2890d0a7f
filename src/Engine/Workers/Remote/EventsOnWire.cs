using Google.Protobuf;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Workers.Remote.Protocol;

namespace MsBuildKit.Engine.Workers.Remote;

/// <summary>Events, places and failures as they cross between an engine and the process that speaks to builders for it.</summary>
internal static class EventsOnWire
{
    /// <summary>The event as a message, or <c>null</c> for one that no builder tells.</summary>
    public static Event? ToWire(BuildEvent happened)
    {
        var wire = happened switch
        {
            StepStarted started => new Event { Started = new Started { Name = started.Name } },
            StepCompleted completed => new Event { Completed = ToWire(completed) },
            StepOutput output => new Event { Output = new Output { Name = output.Name, Stream = output.Stream, Data = ByteString.CopyFrom(output.Data.Span) } },
            StepProgress progress => new Event { Progress = ToWire(progress) },
            BuildMessage message => new Event { Remark = ToWire(message) },
            _ => null,
        };
        if (wire is not null && happened.Step is { } step) wire.Step = step;
        return wire;
    }

    /// <summary>The event of a message, or <c>null</c> for one of a kind that is not known here.</summary>
    public static BuildEvent? FromWire(Event wire)
    {
        BuildEvent? happened = wire.KindCase switch
        {
            Event.KindOneofCase.Started => new StepStarted(wire.Started.Name),
            Event.KindOneofCase.Completed => new StepCompleted(wire.Completed.Name, wire.Completed.Cached, new TimeSpan(wire.Completed.ElapsedTicks), wire.Completed.HasError ? wire.Completed.Error : null),
            Event.KindOneofCase.Output => new StepOutput(wire.Output.Name, wire.Output.Stream, wire.Output.Data.Memory),
            Event.KindOneofCase.Progress => new StepProgress(wire.Progress.Name, wire.Progress.Current, wire.Progress.HasTotal ? wire.Progress.Total : null),
            Event.KindOneofCase.Remark => new BuildMessage((MessageLevel)wire.Remark.Level, wire.Remark.Text, wire.Remark.HasCode ? wire.Remark.Code : null, FromWire(wire.Remark.Position)),
            _ => null,
        };
        return happened is not null && wire.HasStep ? happened with { Step = wire.Step } : happened;
    }

    public static Position? ToWire(SourcePosition? position) => position is null ? null : new Position { File = position.File, Line = position.Line, Column = position.Column };

    public static SourcePosition? FromWire(Position? wire) => wire is null ? null : new SourcePosition(wire.File, wire.Line, wire.Column);

    public static Failure ToWire(BuildException error) => new() { Code = error.Code, Kind = (int)error.Kind, Message = error.Message, Position = ToWire(error.Position) };

    public static WorkerException FromWire(Failure wire) => new(wire.Code, (ErrorKind)wire.Kind, wire.Message) { Position = FromWire(wire.Position) };

    private static Completed ToWire(StepCompleted completed)
    {
        var wire = new Completed { Name = completed.Name, Cached = completed.Cached, ElapsedTicks = completed.Elapsed.Ticks };
        if (completed.Error is { } error) wire.Error = error;
        return wire;
    }

    private static Progress ToWire(StepProgress progress)
    {
        var wire = new Progress { Name = progress.Name, Current = progress.Current };
        if (progress.Total is { } total) wire.Total = total;
        return wire;
    }

    private static Remark ToWire(BuildMessage message)
    {
        var wire = new Remark { Level = (int)message.Level, Text = message.Text, Position = ToWire(message.Position) };
        if (message.Code is { } code) wire.Code = code;
        return wire;
    }
}
