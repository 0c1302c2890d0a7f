using System.Text.RegularExpressions;
using Google.Protobuf;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;
using MsBuildKit.TestKit.FileOps;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Tests.Workers;

/// <summary>What a worker makes of the cases on disk, and BuildKit too, is made here without a tree on disk: all but times, and folders that nobody stated.</summary>
public sealed partial class ScratchTreeTests
{
    [Fact]
    public async Task Run_EachCaseThatBeginsWithNothing_GivesItsTreeOrItsError()
    {
        var (ran, faults) = (0, new List<string>());
        foreach (var test in FileCases.All.Where(Suits))
        {
            await using var bench = new WorkerBench();
            var seen = await RunAsync(bench, test);
            var expected = test.Error is { } error ? [error] : test.Outputs[0].Select(WithoutTime).Where(l => seen.Contains(l) || !IsImplied(l)).ToList();
            if (!seen.SequenceEqual(expected)) faults.Add($"{test.Name}:\n  {string.Join("; ", expected)}\n  {string.Join("; ", seen)}");
            ran++;
        }
        Assert.Empty(faults);
        Assert.InRange(ran, 40, FileCases.All.Count);
    }

    private static bool Suits(FileCase test)
    {
        var actions = test.Op.Actions;
        if (test.Inputs.SelectMany(i => i).Any(e => e.Type is TreeEntryType.HardLink or TreeEntryType.Fifo) || test.Outputs.Count > 1) return false;
        if (actions.Any(a => a.Rm is not null || a.Copy is { AttemptUnpackDockerCompatibility: true } || ActionOwners.NamesOf(a).Any())) return false;
        for (var i = 1; i < actions.Count; i++)
            if (actions[i].Input != test.Inputs.Count + i - 1 || actions[i - 1].Output >= 0) return false;
        var ground = actions[0].Input;
        return (ground < 0 || test.Inputs[(int)ground].Count == 0) && actions.All(a => a.Copy is null || (a.SecondaryInput >= 0 && a.SecondaryInput < test.Inputs.Count && (a.SecondaryInput != ground || ground < 0)));
    }

    private static async Task<IReadOnlyList<string>> RunAsync(WorkerBench bench, FileCase test)
    {
        var op = test.Op.Clone();
        op.Actions[0].Input = -1;
        var definition = new Definition();
        var file = new Op { File = op };
        for (var i = 0; i < test.Inputs.Count; i++)
        {
            bench.Lend(Lend(bench, $"in{i}", test.Inputs[i], op.Actions.Any(a => ActionOwners.Of(a) is not null)));
            file.Inputs.Add(new Input { Digest = Add(definition, new Op { Source = new SourceOp { Identifier = $"local://in{i}" } }).ToString() });
        }
        Add(definition, new Op { Inputs = { new Input { Digest = Add(definition, file).ToString() } } });
        var vertex = LlbGraph.Load(definition).Vertex;
        Assert.True(FileWorker.Suits(vertex), test.Name);
        try
        {
            var worker = bench.CreateWorker();
            var inputs = new List<VertexResult>();
            foreach (var input in vertex.Inputs) inputs.Add((await worker.RunAsync(input.Vertex, [], default))[0]);
            var layer = Assert.Single(((LayersResult)(await worker.RunAsync(vertex, inputs, default))[0]).Chain.Layers);
            return await ListAsync(bench, layer);
        }
        catch (BuildException e)
        {
            return [e.Code];
        }
    }

    private static Digest Add(Definition definition, Op op)
    {
        var bytes = ByteString.CopyFrom(CanonicalBytes.Of(op));
        definition.Def.Add(bytes);
        return Digest.Of(bytes.Span);
    }

    // Who owns a lent file owns it whatever the copy says, unless nobody does.
    private static LocalTree Lend(WorkerBench bench, string name, IReadOnlyList<TreeEntry> entries, bool ownerless)
    {
        var files = new List<LocalFile>();
        foreach (var entry in entries.Where(e => e.Type == TreeEntryType.File).OrderBy(e => e.Path, StringComparer.Ordinal))
        {
            var path = bench.Folder.Write($"{name}/{files.Count}", "");
            using var content = entry.Open?.Invoke() ?? Stream.Null;
            using var target = File.Create(path);
            content.CopyTo(target);
            files.Add(new LocalFile(entry.Path, path, entry.Mode, ownerless ? null : entry.Uid, ownerless ? null : entry.Gid));
        }
        return new LocalTree(name, files)
        {
            Directories = [.. entries.Where(e => e.Type == TreeEntryType.Directory).Select(e => new LocalDirectory(e.Path, e.Mode, ownerless ? null : e.Uid, ownerless ? null : e.Gid))],
            Links = [.. entries.Where(e => e.Type == TreeEntryType.Symlink).Select(e => new LocalLink(e.Path, e.Link!))],
        };
    }

    private static async Task<IReadOnlyList<string>> ListAsync(WorkerBench bench, Layer layer)
    {
        var lines = new List<string>();
        await using var blob = await bench.Store.FindAsync(layer.Blob.Digest, default);
        await LayerReader.ReadAsync(blob!, Compression.Gzip, layer.DiffId, async (entry, content) =>
        {
            var text = content is null ? entry.Link ?? "" : await new StreamReader(content).ReadToEndAsync();
            var kind = entry.Type switch { TreeEntryType.Directory => 'd', TreeEntryType.Symlink => 'l', _ => 'f' };
            lines.Add(TreeLine.Write(kind, "/" + entry.Path, entry.Mode, $"{entry.Uid}:{entry.Gid}", $"@{TreeLine.DefaultTime}", text));
        }, default);
        return TreeLine.Sort(lines);
    }

    private static bool IsImplied(string line) => line.StartsWith("d /", StringComparison.Ordinal) && line.Split(' ').Length == 2;

    private static string WithoutTime(string line) => Time().Replace(line, "", 1);

    [GeneratedRegex(@" (now|@-?\d+)(?= |$)")]
    private static partial Regex Time();
}
