using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers.Rootless.Platforms;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>What can go wrong with a step, in words.</summary>
internal static class StepErrors
{
    public const string NoRuntimeCode = "MBK2010";
    public const string NoNetworkCode = "MBK2011";
    public const string FailedCode = "MBK2012";
    public const string NotGrantedCode = "MBK2013";
    public const string UserCode = "MBK2014";
    public const string TreeCode = "MBK2015";
    public const string RuntimeCode = "MBK2016";
    public const string LimitCode = "MBK2017";
    public const string SpecCode = "MBK2018";
    public const string PlatformCode = "MBK2031";
    public const string NoDeviceCode = "MBK2045";
    public const string DeviceCode = "MBK2046";
    public const string CgroupCode = "MBK2047";

    public static WorkerException NoRuntime(string searchPath, string wanted) => new(NoRuntimeCode, ErrorKind.FailedPrecondition,
        wanted.Length == 0 ? $"Steps need 'crun' or 'runc', and neither is in '{searchPath}'. Install the package 'crun'."
        : wanted.Contains('/', StringComparison.Ordinal) ? $"The runtime of steps, '{wanted}', is not there. Give ContainerRuntime the full path of a program, or a name on the PATH."
        : $"The runtime of steps, '{wanted}', is not in '{searchPath}'. Install the package '{wanted}', or leave ContainerRuntime and MSBUILDKIT_RUNTIME unset to run steps with 'crun'.");

    public static WorkerException NoNetwork(string searchPath) => new(NoNetworkCode, ErrorKind.FailedPrecondition,
        $"A step's network needs 'pasta' or 'slirp4netns', and neither is in '{searchPath}'. Install the package 'passt' or 'slirp4netns', or run the step without network.");

    public static WorkerException NetworkFailed(string program, string said, Exception? inner = null) => new(NoNetworkCode, ErrorKind.Unavailable,
        $"'{program}' could not connect a step to the network: {said}. Build again, or run the step without network.", inner);

    public static WorkerException NotGranted(string what, string grant) => new(NotGrantedCode, ErrorKind.FailedPrecondition,
        $"A step asks for {what}, which this build does not grant. Grant '{grant}', or leave it out of the step.");

    public static WorkerException UnknownUser(string kind, string name) => new(UserCode, ErrorKind.NotFound,
        $"The tree of the step knows no {kind} '{name}'. Use a number, or add it before the step.");

    public static WorkerException NoSuchId(long id) => new(UserCode, ErrorKind.Invalid,
        $"A step cannot run as, or give something to, the id {id}. Use one from 0 to {StepIds.Count - 1}.");

    public static WorkerException BadAccounts(string path) => new(UserCode, ErrorKind.Invalid,
        $"'/{path}' in the tree of the step is no file of at most {AccountFile.Largest >> 20} MiB, so no user can be looked up in it. Replace it by a plain file.");

    public static WorkerException BadPlace(string path, string why) => new(TreeCode, ErrorKind.Invalid,
        $"'{path}' in the tree of the step cannot be used: {why}. Make it a plain directory or file before the step.");

    public static WorkerException BadSpec(string why) => new(SpecCode, ErrorKind.Invalid, $"The step cannot be run: {why}.");

    public static WorkerException BadDevice(string name, string why) => new(DeviceCode, ErrorKind.NotSupported,
        $"A step asks for the device '{name}', which it cannot have: {why}. Change the file, or leave the device out of the step.");

    public static WorkerException NoCgroup(string parent) => new(CgroupCode, ErrorKind.NotSupported,
        $"A step is to be in the control group '{parent}', and steps run as a user who makes none. Leave the group out, and start the build in it instead: its steps are in it then too.");

    public static WorkerException OtherSystem(Platform platform) => new(PlatformCode, ErrorKind.NotSupported,
        $"A step is for '{platform}', and steps are programs of Linux. Leave it out for that platform.");

    public static WorkerException UnknownProcessor(Platform platform) => new(PlatformCode, ErrorKind.NotSupported,
        $"A step is for '{platform}', whose programs no emulator is known for. Leave it out for that platform, or build on such a machine.");

    public static WorkerException NoEmulator(Platform platform, Processor processor, string searchPath) => new(PlatformCode, ErrorKind.FailedPrecondition,
        $"A step is for '{platform}', and this machine does not run its programs: no emulator is registered, and none that is static is in '{searchPath}' ('{string.Join("', '", EmulatorProgram.Names(processor))}'). "
        + "Install the package 'qemu-user-static', and where 'msbuildkit doctor' still does not list the platform, 'binfmt-support' too, and run 'update-binfmts --enable' as root.");

    public static WorkerException Runtime(string program, string said) => new(RuntimeCode, ErrorKind.FailedPrecondition,
        $"'{program}' could not start the step: {said}. See that its program is there, and that this machine lets users make namespaces.");

    public static WorkerException TooLong(StepSpec spec) => new(LimitCode, ErrorKind.FailedPrecondition,
        $"The step '{Line(spec.Args)}' ran longer than {spec.Limits.Time}. Raise the limit, or look what it waits for.");

    public static WorkerException TooMuch(StepSpec spec) => new(LimitCode, ErrorKind.FailedPrecondition,
        $"The step '{Line(spec.Args)}' wrote more than {spec.Limits.Output} bytes of output. Raise the limit, or let it write less.");

    public static WorkerException Failed(StepFailure failure) => new(FailedCode, ErrorKind.FailedPrecondition,
        $"The step '{Line(failure.Args)}' ended with {failure.ExitCode}{Meaning(failure.ExitCode)}. Its last lines: {string.Join(" | ", failure.LastLines)}")
    {
        Failure = failure,
    };

    private static string Meaning(int exitCode) => exitCode switch
    {
        126 => " (found, but not executable)",
        127 => " (a program was not found)",
        137 => " (killed, as when memory runs out)",
        > 128 and < 160 => $" (signal {exitCode - 128})",
        _ => "",
    };

    private static string Line(IReadOnlyList<string> args) => string.Join(' ', args);
}
