using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>Dockerfiles: nothing that is written throws, each fault has a place, and triggers that were taken are read again.</summary>
internal sealed class DockerfileTarget : FuzzTarget
{
    public override IReadOnlyList<string> Words =>
    [
        "FROM a\n", "AS b", "RUN ", "COPY ", "ADD ", "ONBUILD ", "HEALTHCHECK ", "CMD ", "ENV ", "ARG ", "SHELL ", "--mount=type=cache,", "--from=", "--link", "--interval=1m", "--", "<<E", "<<-'E'", "\nE\n", "\\\n", "`\n", "# escape=`\n",
        "# syntax=", "# check=skip=all", "[\"a\", \"b\"]", "[", "\"", "'", "$", "${a:-b}", "=", "\uFEFF", "#!", "//", "{\"syntax\":\"a\"}", "\r\n", "\t", "\u0085",
    ];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds() => new Dictionary<string, string>
    {
        ["whole"] = "# syntax=docker/dockerfile:1\n# check=skip=all;error=true\nARG V=1\nFROM debian:$V AS build\n# v sets it\nARG v\nRUN --mount=type=cache,target=/c,sharing=locked --network=none a \\\n  # c\n  && b\nCOPY --from=build --link --chmod=0755 a b /c/\nHEALTHCHECK --interval=1m30s CMD [\"a\"]\nONBUILD RUN x\nEXPOSE 80 90/udp\nENV a=b \"c d\"=e\nLABEL f g\nSTOPSIGNAL 9\nSHELL [\"a\"]\nUSER u\nWORKDIR /w\nVOLUME [\"/v\"]\nENTRYPOINT a\n",
        ["documents"] = "FROM a\nRUN <<A cat <<-'B'\n1\nA\n\t2\n\tB\nCOPY <<x.txt y /z\n$c\nx.txt\nONBUILD ADD <<Q /q\nq\nQ\n",
        ["windows"] = "\uFEFF# escape=`\r\nFROM a\r\nRUN b `\r\n c\r\n",
        ["wrong"] = "FORM a\nRUN\nCOPY --frm x\nFROM a b\nENV =\nARG =\nHEALTHCHECK X\nSHELL x\nRUN --mount=a=b,type=tmpfs,size=9z x\nVOLUME [1]\nRUN <<E\n",
        ["directives"] = "#!/x\n# syntax=a\n# check=b\n# syntax=c\n",
        ["foreign"] = "{\"syntax\": \"a\"}",
    }.Select(s => (s.Key, Bytes(s.Value)));

    public override string Run(byte[] input)
    {
        var parsed = DockerfileParser.Parse(Text(input), "Dockerfile");
        var lines = 1 + parsed.Text.Count(c => c == '\n');
        foreach (var fault in parsed.Faults)
        {
            Require(fault.Range.Line >= 1 && fault.Range.Line <= lines && fault.Range.Column >= 1, $"'{fault.Message}' stands at {fault.Range}, of {lines} lines");
            Require(fault.Range.EndLine >= fault.Range.Line && fault.Range.EndLine <= lines, $"'{fault.Message}' ends at {fault.Range}");
        }

        var instructions = parsed.Stages.SelectMany(s => s.Instructions).ToList();
        foreach (var onbuild in instructions.OfType<OnbuildInstruction>())
        {
            var (trigger, faults) = DockerfileParser.ParseTrigger(onbuild.Expression, onbuild.Range, parsed.Directives.Escape);
            Require(trigger is not null || faults.Count > 0, $"'{onbuild.Expression}' is neither an instruction nor a fault");
            Require(faults.All(f => f.Range == onbuild.Range), "a trigger's fault stands elsewhere");
        }
        Require(instructions.All(i => i.Range.Line <= i.Range.EndLine && i.Range.EndLine <= lines), "an instruction ends before it starts");
        return $"{string.Join(' ', instructions.Select(i => i.Name).Distinct().Order())} {string.Join(' ', parsed.Faults.Select(f => f.Code).Distinct().Order())}";
    }
}
