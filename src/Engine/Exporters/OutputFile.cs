using MsBuildKit.Engine.Content;

namespace MsBuildKit.Engine.Exporters;

/// <summary>Small files of an output.</summary>
public static class OutputFile
{
    /// <summary>Makes a file say <paramref name="bytes"/>: written beside and renamed, and not touched when it says so already. Throws
    /// MBK2202.</summary>
    /// <param name="path">The file; its folder is made.</param>
    /// <param name="bytes">All that it is to say.</param>
    /// <param name="setting">What sets another place, for the error.</param>
    public static void Replace(string path, byte[] bytes, string setting = "ContainerOutputDirectory")
    {
        try
        {
            if (StagedFile.Says(path, bytes))
            {
                StagedFile.Drop(path + StagedFile.Ending);
                return;
            }
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            StagedFile.Write(path, bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ExportException.CannotWriteTo($"'{path}' cannot be written", path, bytes.Length, setting, e);
        }
    }

    /// <summary>Removes a file. Throws MBK2202.</summary>
    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ExportException.CannotWriteTo($"'{path}' cannot be removed", path, 0, "ContainerOutputDirectory", e);
        }
    }
}
