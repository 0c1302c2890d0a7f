using System.Text;
using System.Text.Json;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Build.Progress;

/// <summary>A line of JSON for each event: BuildKit's <c>SolveStatus</c>, with vertexes, statuses, logs and warnings.</summary>
internal sealed class RawJsonView(TextWriter output, TimeProvider time) : IProgressView
{
    private readonly Lock _gate = new();
    private readonly ShownSteps _steps = new(time);
    private readonly HashSet<ShownStep> _known = [];
    private bool _completed;

    /// <inheritdoc />
    public void Report(BuildEvent value)
    {
        lock (_gate)
        {
            if (_completed) return;
            if (value is BuildMessage message) Write(message);
            else if (_steps.Note(value) is { } step) Write(step, value);
        }
    }

    /// <inheritdoc />
    public void Complete()
    {
        lock (_gate) _completed = true;
    }

    private void Write(ShownStep step, BuildEvent happened)
    {
        // A vertex is told before anything else of it.
        if (happened is StepOutput or StepProgress && step.IsRunning && _known.Add(step) || happened is StepStarted or StepCompleted) WriteVertex(step);
        if (happened is StepOutput printed) WriteLog(step, printed);
        if (happened is not StepProgress progress) return;
        WriteStatus(step, progress);
        if (!step.IsRunning) WriteVertex(step);
    }

    private void WriteVertex(ShownStep step)
    {
        _known.Add(step);
        WriteList("vertexes", json =>
        {
            json.WriteString("digest", DigestOf(step));
            json.WriteString("name", step.Name);
            json.WriteString("started", step.Started);
            if (step.Ended is { } ended) json.WriteString("completed", ended);
            if (step.Completed?.Cached == true) json.WriteBoolean("cached", true);
            if (step.Error is { } error) json.WriteString("error", error);
        });
    }

    private void WriteStatus(ShownStep step, StepProgress progress) => WriteList("statuses", json =>
    {
        json.WriteString("id", progress.Name);
        json.WriteString("vertex", DigestOf(step));
        if (progress.Total is { } total) json.WriteNumber("total", total);
        json.WriteNumber("current", progress.Current);
        json.WriteString("timestamp", time.GetUtcNow());
        json.WriteString("started", step.Started);
        if (progress.Current == progress.Total) json.WriteString("completed", time.GetUtcNow());
    });

    private void WriteLog(ShownStep step, StepOutput printed) => WriteList("logs", json =>
    {
        json.WriteString("vertex", DigestOf(step));
        json.WriteNumber("stream", printed.Stream);
        json.WriteBase64String("data", printed.Data.Span);
        json.WriteString("timestamp", time.GetUtcNow());
    });

    private void Write(BuildMessage message)
    {
        if (message.Level != MessageLevel.Warning) return;
        WriteList("warnings", json =>
        {
            if (message.Step is { } vertex) json.WriteString("vertex", vertex);
            json.WriteNumber("level", 1);
            json.WriteBase64String("short", Encoding.UTF8.GetBytes(message.Code is null ? message.Text : $"{message.Code}: {message.Text}"));
            if (message.Position is not { } place) return;
            json.WriteStartObject("sourceInfo");
            json.WriteString("filename", place.File);
            json.WriteEndObject();
            json.WriteStartArray("range");
            json.WriteStartObject();
            foreach (var end in new[] { "start", "end" })
            {
                json.WriteStartObject(end);
                json.WriteNumber("line", place.Line);
                json.WriteNumber("character", place.Column);
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteEndArray();
        });
    }

    private void WriteList(string name, Action<Utf8JsonWriter> write) => Json.Write(output, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray(name);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }, compact: true);

    // What is no vertex has a digest here all the same: clients tell vertexes apart by it.
    private static string DigestOf(ShownStep step) => Digest.TryParse(step.Key, out _) ? step.Key : Digest.Of(Encoding.UTF8.GetBytes(step.Key)).ToString();
}
