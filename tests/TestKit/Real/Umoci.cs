namespace MsBuildKit.TestKit.Real;

/// <summary>Unpacks images of one platform into runtime bundles.</summary>
public static class Umoci
{
    /// <summary>Unpacks with owners and modes, so as root.</summary>
    public static async Task<Bundle> UnpackAsync(string layout, string tag, string bundle)
    {
        if (!Environment.IsPrivilegedProcess) RealTool.Missing("Only root can unpack files of several owners.");
        (await Command.RunAsync(RealTool.Find("umoci"), ["unpack", "--image", $"{layout}:{tag}", bundle])).Succeeded();
        return new Bundle(bundle);
    }

    /// <summary>Unpacks as an unprivileged user, whom everything then belongs to. The layout must be readable, the bundle's parent theirs.</summary>
    public static async Task<Bundle> UnpackRootlessAsync(string layout, string tag, string bundle)
    {
        (await TestUser.RunAsync([RealTool.Find("umoci"), "unpack", "--rootless", "--image", $"{layout}:{tag}", bundle])).Succeeded();
        return new Bundle(bundle);
    }
}
