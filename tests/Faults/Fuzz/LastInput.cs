using System.IO.MemoryMappedFiles;

namespace MsBuildKit.Faults.Fuzz;

/// <summary>The input that is being read, where it outlives the process that reads it.</summary>
internal sealed class LastInput : IDisposable
{
    private const int Room = 1 << 20;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public LastInput(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, null, Room);
        _view = _file.CreateViewAccessor();
    }

    public void Keep(byte[] input)
    {
        _view.Write(0, Math.Min(input.Length, Room - sizeof(int)));
        _view.WriteArray(sizeof(int), input, 0, Math.Min(input.Length, Room - sizeof(int)));
    }

    public static byte[] Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return bytes.AsSpan(sizeof(int), BitConverter.ToInt32(bytes)).ToArray();
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
