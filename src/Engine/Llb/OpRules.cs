using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Llb;

/// <summary>What each kind of operation must have (BuildKit's load rules).</summary>
internal static class OpRules
{
    private const long Empty = OpConstants.Empty;

    /// <summary>Throws <see cref="LlbException"/> when <paramref name="op"/> lacks what its kind needs or refers to inputs it does not have.</summary>
    public static void Check(Op op)
    {
        switch (op.OpCase)
        {
            case Op.OpOneofCase.Exec: CheckExec(op); break;
            case Op.OpOneofCase.Source: Require(op.Source.Identifier.Contains("://", StringComparison.Ordinal), "a source has no scheme"); break;
            case Op.OpOneofCase.File: CheckFile(op); break;
            case Op.OpOneofCase.Merge:
                Require(op.Merge.Inputs.Count > 0, "a merge has no inputs");
                foreach (var input in op.Merge.Inputs) CheckInput(op, input.Input, "merge", allowEmpty: false);
                break;
            case Op.OpOneofCase.Diff:
                Require(op.Diff.Lower is not null && op.Diff.Upper is not null, "a diff lacks a side");
                CheckInput(op, op.Diff.Lower!.Input, "diff", allowEmpty: true);
                CheckInput(op, op.Diff.Upper!.Input, "diff", allowEmpty: true);
                break;
            case Op.OpOneofCase.Build: break;
            case Op.OpOneofCase.Passthrough:
                Require(op.Passthrough.Id.Length > 0 && op.Passthrough.Outputs.Count > 0, "a passthrough lacks its id or outputs");
                break;
            default: throw new LlbException("an operation is of no kind that is known here");
        }
    }

    /// <summary>How many outputs an operation has.</summary>
    public static long CountOutputs(Op op) => op.OpCase switch
    {
        Op.OpOneofCase.Exec => 1 + op.Exec.Mounts.Max(m => m.Output),
        Op.OpOneofCase.File => 1 + op.File.Actions.Max(a => a.Output),
        Op.OpOneofCase.Passthrough => op.Passthrough.Outputs.Count,
        _ => 1,
    };

    private static void CheckExec(Op op)
    {
        Require(op.Exec.Meta is { Args.Count: > 0 }, "an exec has no arguments");
        Require(op.Exec.Mounts.Any(m => m.Dest == "/"), "an exec has no root mount");
        Require(Enum.IsDefined(op.Exec.Network), "an exec has an invalid network mode");
        Require(Enum.IsDefined(op.Exec.Security), "an exec has an invalid security mode");
        foreach (var mount in op.Exec.Mounts)
        {
            CheckInput(op, mount.Input, "mount", allowEmpty: true);
            Require(mount.Output is >= Empty and < 1024, "a mount has an impossible output");
            Require(Enum.IsDefined(mount.MountType), "a mount has an unknown type");
        }
    }

    private static void CheckFile(Op op)
    {
        Require(op.File.Actions.Count > 0, "a file operation has no actions");
        for (var i = 0; i < op.File.Actions.Count; i++)
        {
            var action = op.File.Actions[i];
            Require(action.ActionCase != FileAction.ActionOneofCase.None, "a file action is of no kind that is known here");
            // Inputs are numbered first, then the results of the actions before this one.
            Require(action.Input >= Empty && action.Input < op.Inputs.Count + i, "a file action refers to an input it does not have");
            Require(action.SecondaryInput >= Empty && action.SecondaryInput < op.Inputs.Count + i, "a file action refers to an input it does not have");
            Require(ActionOwners.NamesOf(action).All(n => n.Input >= 0 && n.Input < op.Inputs.Count + i), "a file action names an owner without a tree to look it up in");
            Require(action.Output >= Empty && action.Output < 1024, "a file action has an impossible output");
        }
        var outputs = op.File.Actions.Select(a => a.Output).Where(o => o >= 0).Order().ToList();
        Require(outputs.Count > 0 && outputs.SequenceEqual(Enumerable.Range(0, outputs.Count).Select(o => (long)o)), "the outputs of a file operation are not numbered from 0, each once");
    }

    private static void CheckInput(Op op, long input, string what, bool allowEmpty) =>
        Require((allowEmpty && input == Empty) || (input >= 0 && input < op.Inputs.Count), $"a {what} refers to an input it does not have");

    private static void Require(bool holds, string otherwise)
    {
        if (!holds) throw new LlbException(otherwise);
    }
}
