using Google.Protobuf;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>What of an exec operation is about its process, and not about the sandbox.</summary>
internal static class StepCommand
{
    /// <summary>A sandbox with a process to run in it. Throws MBK2047.</summary>
    public static StepSpec Of(StepSpec sandbox, Meta meta, IEnumerable<SecretEnv> variables, IDictionary<string, ByteString> secrets)
    {
        if (meta.CgroupParent.Length > 0) throw StepErrors.NoCgroup(meta.CgroupParent);
        var secret = variables.Where(s => secrets.ContainsKey(s.ID)).Select(s => $"{s.Name}={secrets[s.ID].ToStringUtf8()}");
        return sandbox with
        {
            Args = meta.Args, Environment = [.. meta.Env, .. ProxyVariables.Of(meta.ProxyEnv, meta.Env), .. secret], User = meta.User,
            WorkingDirectory = meta.Cwd.Length > 0 ? meta.Cwd : "/", ValidExitCodes = meta.ValidExitCodes, Secrets = [.. secrets.Values.Select(s => s.Memory)],
            Ulimits = [.. meta.Ulimit.Select(u => new StepUlimit(u.Name, u.Soft, u.Hard))],
        };
    }
}
