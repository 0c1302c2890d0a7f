using Microsoft.Build.Framework;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile;

namespace MsBuildKit.Tasks;

/// <summary>What all our tasks share: cancellation, one bridge from MSBuild's synchronous world, and errors that people can act on.</summary>
public abstract class EngineTask : Microsoft.Build.Utilities.Task, ICancelableTask, IDisposable
{
    private readonly CancellationTokenSource _cancel = new();

    /// <summary>The project, for errors.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <inheritdoc />
    public void Cancel()
    {
        try
        {
            _cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The task ended meanwhile.
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _cancel.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc />
    public override bool Execute()
    {
        try
        {
            // The one place where somebody waits: MSBuild calls tasks synchronously, on a thread of its own.
            RunAsync(_cancel.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (_cancel.IsCancellationRequested)
        {
            Log.LogError(null, "MBK1024", null, ProjectFile, 0, 0, 0, 0, "The container build was cancelled; nothing was left half-written.");
        }
        catch (DockerfileException e)
        {
            foreach (var fault in e.Faults) Log.LogError(null, fault.Code, null, e.File, fault.Range.Line, fault.Range.Column, 0, 0, "{0}", fault.Message);
        }
        catch (BuildException e)
        {
            var place = e.Position;
            Log.LogError(null, e.Code, null, place?.File ?? ProjectFile, place?.Line ?? 0, place?.Column ?? 0, 0, 0, "{0}", e.Message);
            Log.LogMessage(MessageImportance.Low, "{0}", e);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Log.LogError(null, "MBK1030", null, ProjectFile, 0, 0, 0, 0, "{0}", $"The container build failed in a way that it should not: {e.GetType().Name}: {e.Message.TrimEnd('.')}. Please report it with the log of '-v:detailed'.");
            Log.LogMessage(MessageImportance.Low, "{0}", e);
        }
        return !Log.HasLoggedErrors;
    }

    /// <summary>Tells all faults of the project.</summary>
    private protected void LogProblems(Problems problems)
    {
        foreach (var (problem, file) in problems.Found) Log.LogError(null, problem.Code, null, file ?? ProjectFile, 0, 0, 0, 0, "{0}", problem.Text);
    }

    /// <summary>Does the work.</summary>
    protected abstract System.Threading.Tasks.Task RunAsync(CancellationToken cancellationToken);
}
