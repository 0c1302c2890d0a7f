using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>Which actions of a file operation have to run, and which of their trees more than the next action needs.</summary>
internal sealed class NeededActions
{
    private readonly HashSet<long> _needed = [];
    private readonly HashSet<long> _finished = [];
    private readonly int _inputs;

    /// <param name="op">The operation; an action refers only to those before it.</param>
    /// <param name="inputs">How many inputs are numbered before the actions.</param>
    public NeededActions(FileOp op, int inputs)
    {
        _inputs = inputs;
        for (var i = op.Actions.Count - 1; i >= 0; i--)
        {
            if (op.Actions[i].Output >= 0) _needed.Add(inputs + i);
            if (_needed.Contains(inputs + i)) _needed.UnionWith(InputsOf(op.Actions[i]));
        }
        var seen = new HashSet<long>();
        for (var i = 0; i < op.Actions.Count; i++)
        {
            foreach (var number in InputsOf(op.Actions[i]))
                if (!seen.Add(number)) _finished.Add(number);
            if (op.Actions[i].Output >= 0) _finished.Add(inputs + i);
        }
    }

    /// <summary>The action with that index has to run.</summary>
    public bool Contains(int action) => _needed.Contains(_inputs + action);

    /// <summary>The tree of that action becomes a layer before anything else changes it.</summary>
    public bool IsFinished(int action) => _finished.Contains(_inputs + action);

    private static IEnumerable<long> InputsOf(FileAction action) => [action.Input, action.SecondaryInput, .. ActionOwners.NamesOf(action).Select(n => n.Input)];
}
