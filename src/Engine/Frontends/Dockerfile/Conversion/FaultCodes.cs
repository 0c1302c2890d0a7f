namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Codes of what can be wrong when a Dockerfile is converted.</summary>
internal static class FaultCodes
{
    public const string UnknownTarget = "MBK1940";
    public const string UnknownStage = "MBK1941";
    public const string Cycle = "MBK1942";
    public const string BadImage = "MBK1943";
    public const string BadPlatform = "MBK1944";
    public const string WindowsPlatform = "MBK1945";
    public const string VariableInFrom = "MBK1946";
    public const string BadMount = "MBK1947";
    public const string BadCopy = "MBK1948";
    public const string BadGitAddress = "MBK1949";
    public const string BadPort = "MBK1950";
    public const string BadSignal = "MBK1951";
    public const string UnknownOwner = "MBK1952";
    public const string EmptyVolume = "MBK1953";
    public const string BadEpoch = "MBK1954";
    public const string BadStep = "MBK1955";
    public const string TooMuchText = "MBK1956";
}
