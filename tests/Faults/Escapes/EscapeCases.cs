using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Faults.Steps;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Faults.Escapes;

/// <summary>Ways out of a step that have been open in the field (reliability B2, B5, B8 to B11, B14, B16 to B18), by images and by the steps
/// themselves.</summary>
internal static class EscapeCases
{
    private const string Way = "to";

    /// <summary>All of them; they aim at a tree at <paramref name="outside"/>.</summary>
    public static IReadOnlyList<EscapeCase> All(string outside) =>
        [.. SystemLinks(outside), .. Targets(outside), .. Moved(outside), .. Sources(outside), .. CachedLinks(outside), .. CacheIds(outside), .. Places(outside), .. Accounts(outside)];

    // Links as an image may have them: from the root, climbing, over others, by the system's own, to nowhere, in a circle.
    private static IEnumerable<string> Links(string outside, string self) =>
        [outside, "../../../../../../../.." + outside, "/proc/self/root" + outside, "/proc/1/cwd" + outside, "/", "..", "/not/there", "/" + self];

    // B5, B8, B11
    private static IEnumerable<EscapeCase> SystemLinks(string outside) =>
        from name in (string[])["dev", "proc", "sys", "run", "tmp", "etc", "root", "etc/resolv.conf", "etc/hosts", "etc/passwd", "dev/shm", "bin/sh"]
        from target in Links(outside, name)
        select new EscapeCase($"/{name} leads to {target}", Link(name, target), Look($"/{name}"));

    // B9, B10
    private static IEnumerable<EscapeCase> Targets(string outside) =>
        from target in Links(outside, Way)
        from place in (string[])[$"/{Way}", $"/{Way}/canary", $"/{Way}/made/deep", $"/{Way}/empty"]
        from mount in Mounts(place)
        select new EscapeCase($"a {mount.MountType} at {place}, which leads to {target}", Link(Way, target), Look(place, mount));

    // B2: what is taken away again afterwards is somewhere else by then.
    private static IEnumerable<EscapeCase> Moved(string outside) =>
        from mount in Mounts("/a/b/hollow")
        from target in (string[])[outside, "../../../../../../../.." + outside]
        from image in (byte[][])[new RawTar().File("unused", "").ToArray(), new RawTar().Folder("other").Link("a", "other").ToArray(), new RawTar().Folder("a").Link("a/b", "/other/b").ToArray()]
        select new EscapeCase($"a {mount.MountType} whose parents are links to {target} in the end", image, Shell($"for d in /a/b /a /other/b /other; do mv $d $d.moved; ln -s {target} $d; done", mount));

    // B14
    private static IEnumerable<EscapeCase> Sources(string outside) =>
        from target in Links(outside, Way)
        from selector in (string[])[Way, $"/{Way}/", $"{Way}/canary", $"{Way}/..", $"../../../..{outside}", outside, "..", "one"]
        from readOnly in (bool[])[true, false]
        select new EscapeCase(
            $"'{selector}' of an image where {Way} leads to {target}", new RawTar().Link(Way, target).Link("one", "two").Link("two", "/" + Way).ToArray(),
            Look("/m", new Mount { Dest = "/m", Input = 1, Output = -1, Selector = selector, Readonly = readOnly, MountType = MountType.Bind }));

    // The same of a cache, where a step put the link.
    private static IEnumerable<EscapeCase> CachedLinks(string outside) =>
        from target in Links(outside, Way)
        from selector in (string[])[Way, $"{Way}/canary", "one", $"{Way}/../.."]
        select new EscapeCase(
            $"'{selector}' of a cache where {Way} leads to {target}", Link("unused", "unused"), Look("/m", StepBed.Cache("links", "/m", selector)),
            Shell($"rm -rf /m/*; ln -s {target} /m/{Way}; ln -s {Way} /m/one", StepBed.Cache("links", "/m")));

    // B16
    private static IEnumerable<EscapeCase> CacheIds(string outside) =>
        from id in (string[])["../../../..", "..", ".", "/", outside, "../../../../../.." + outside, "a/../../../x", "", new string('a', 10_000), "x\n../y", "x.lock"]
        select new EscapeCase($"a cache called '{(id.Length > 100 ? id[..100] : id)}'", Link("unused", "unused"), Look("/m", StepBed.Cache(id, "/m")));

    // B18
    private static IEnumerable<EscapeCase> Places(string outside) =>
        from target in Links(outside, Way)
        from place in (string[])[$"/{Way}", $"/{Way}/made/deep", $"/{Way}/etc", $"/{Way}/..", $"/{Way}/../../made"]
        select In(new EscapeCase($"it works in {place}, where {Way} leads to {target}", Link(Way, target), Look(".")), place, "");

    // B17
    private static IEnumerable<EscapeCase> Accounts(string outside) =>
        from file in (string[])["etc/passwd", "etc/group"]
        from make in (Func<RawTar>[])[() => new RawTar().Link(file, $"{outside}/{file}"), () => new RawTar().Link("etc", $"{outside}/etc"), () => new RawTar().Add('6', file), () => new RawTar().Folder(file), () => new RawTar().Add('3', file)]
        from user in (string[])["app", "app:app", ":app"]
        select In(new EscapeCase($"it is '{user}' of a hostile /{file}", make().ToArray(), Shell("id -u; id -g")), "/", user);

    private static byte[] Link(string name, string target) => new RawTar().Link(name, target).ToArray();

    // What it finds it reads, changes and adds to.
    private static ExecOp Look(string place, params Mount[] mounts) =>
        Shell($"cat {place} {place}/canary {place}/etc/passwd; for f in {place} {place}/canary {place}/mark; do echo changed > $f; done; mkdir {place}/made; rm -rf {place}/0 {place}/empty; true", mounts);

    private static ExecOp Shell(string script, params Mount[] mounts) => StepBed.Shell(script + "; true", mounts);

    private static EscapeCase In(EscapeCase attempt, string place, string user)
    {
        (attempt.Exec.Meta.Cwd, attempt.Exec.Meta.User) = (place, user);
        return attempt;
    }

    private static IEnumerable<Mount> Mounts(string place) =>
    [
        StepBed.Tmpfs(place), StepBed.Secret(place), StepBed.Cache("plain", place),
        new Mount { Dest = place, Input = 1, Output = -1, MountType = MountType.Bind, Readonly = true }, new Mount { Dest = place, Input = 1, Output = -1, MountType = MountType.Bind },
    ];
}
