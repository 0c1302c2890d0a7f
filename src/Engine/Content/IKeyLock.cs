namespace MsBuildKit.Engine.Content;

/// <summary>Lets one caller at a time work on a key.</summary>
public interface IKeyLock
{
    /// <summary>Waits until nobody holds <paramref name="key"/>, then holds it until the result is disposed.</summary>
    ValueTask<IDisposable> AcquireAsync(string key, CancellationToken cancellationToken);
}
