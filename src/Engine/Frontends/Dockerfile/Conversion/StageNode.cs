using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>A stage, or an image or context that an instruction takes files of, on its way from text to a tree.</summary>
internal sealed class StageNode
{
    /// <summary>What it is built on, variables expanded.</summary>
    public required string BaseName { get; init; }

    /// <summary>Where faults of it stand.</summary>
    public required TextRange Range { get; init; }

    /// <summary>It is an image that a <c>RUN</c> mounts, which as with BuildKit has no place of its own in the graph's source map.</summary>
    public bool IsMounted { get; init; }

    /// <summary>In lower case, or <c>null</c>.</summary>
    public string? Name { get; init; }

    /// <summary>It stands in the Dockerfile as a <c>FROM</c>.</summary>
    public FromInstruction? From { get; init; }

    /// <summary>What people see of it: its name, else its number.</summary>
    public string Title { get; set; } = "";

    /// <summary>The stage that it is built on, or <c>null</c> for an image.</summary>
    public StageNode? Base { get; set; }

    /// <summary>The context that takes its place.</summary>
    public NamedContext? Context { get; set; }

    /// <summary>Of its <c>--platform</c> until it is resolved, then what it runs on.</summary>
    public Platform? Platform { get; set; }

    public List<StageCommand> Commands { get; } = [];

    /// <summary>What its instructions take files of, and the instruction that does.</summary>
    public Dictionary<StageNode, Instruction> Needs { get; } = [];

    /// <summary>Whose paths of it are used; a stage and what is built on it share them.</summary>
    public HashSet<string> UsedPaths { get; private set; } = new(StringComparer.Ordinal);

    public bool IgnoreCache { get; init; }

    /// <summary>Its base is known.</summary>
    public bool IsResolved { get; set; }

    /// <summary>Its tree is known.</summary>
    public bool IsDone { get; set; }

    /// <summary>The triggers of the stage that it is built on are among its commands.</summary>
    public bool HasBaseTriggers { get; set; }

    /// <summary>Steps that people see.</summary>
    public int StepCount { get; set; }

    public int StepIndex { get; set; }

    public LlbState Tree { get; set; } = LlbState.Scratch;

    public ImageDraft Image { get; set; } = null!;

    /// <summary>The configuration of the image that it begins with, as it was found; <c>null</c> for none.</summary>
    public ImageConfig? BaseImage { get; set; }

    /// <summary>What steps and words see.</summary>
    public Variables Variables { get; set; } = Variables.None;

    /// <summary>Absolute.</summary>
    public string WorkingDirectory { get; set; } = "/";

    public string User { get; set; } = "";

    /// <summary>The arguments that are declared, in order.</summary>
    public List<ArgDeclaration> Args { get; } = [];

    /// <summary>A <c>WORKDIR</c> of this Dockerfile says where relative ones begin.</summary>
    public bool HasWorkingDirectory { get; set; }

    /// <summary>A <c>CMD</c> of this stage, which an <c>ENTRYPOINT</c> leaves in place.</summary>
    public bool HasCommand { get; set; }

    /// <summary>The instruction that is converted is a trigger of the base.</summary>
    public bool IsTrigger { get; set; }

    /// <summary>Takes over what the stage that it is built on has come to.</summary>
    public void Inherit()
    {
        if (Base is not { } ground) return;
        (Tree, Platform, Image, BaseImage) = (ground.Tree, ground.Platform, ground.Image.Copy(), ground.BaseImage);
        Image.Edit(c => c with { OnBuild = null });
        (Variables, WorkingDirectory, User) = (ground.Variables, ground.WorkingDirectory, ground.User);
        (UsedPaths, HasWorkingDirectory) = (ground.UsedPaths, ground.HasWorkingDirectory);
        Args.AddRange(ground.Args.Where(a => !Args.Contains(a)));
    }
}

/// <summary>An instruction of a stage.</summary>
/// <param name="Instruction">What it is.</param>
/// <param name="Sources">What it takes files of: for <c>COPY</c> what <c>--from</c> names, for <c>RUN</c> one for each mount (<c>null</c> for those that
/// take of the build context or of nothing).</param>
/// <param name="IsTrigger">It comes from an <c>ONBUILD</c> of the base.</param>
internal sealed record StageCommand(Instruction Instruction, IReadOnlyList<StageNode?> Sources, bool IsTrigger);
