using System.Text;
using MsBuildKit.Engine.Diagnostics;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace MsBuildKit.Engine.Packages;

/// <summary>The keys that may sign an archive's release files.</summary>
internal sealed class Keyring(PgpPublicKeyRingBundle keys)
{
    /// <summary>The request's keyring, else what the source names, else the archive's own; throws MBK1603.</summary>
    public static Keyring Find(CompositionRequest request, AptSource source)
    {
        if (request.Keyring is null && source.SignedBy is { } block && block.Contains("-----BEGIN", StringComparison.Ordinal))
            return Read(new MemoryStream(Encoding.ASCII.GetBytes(block)), $"Signed-By of '{source.Suite}'");
        var path = request.Keyring ?? (source.SignedBy?.StartsWith('/') == true ? source.SignedBy : request.ArchiveKeyring);
        if (!File.Exists(path))
            throw new PackageException(PackageException.NoKeyring, ErrorKind.NotFound,
                $"The keyring '{path}' is not there, so nothing from the archive can be trusted. Install the package 'debian-archive-keyring', or set ContainerPackageKeyring to a copy of its keyring.");
        return Read(new FileStream(path, FileMode.Open, FileAccess.Read), path);
    }

    public static Keyring Read(Stream stream, string name)
    {
        using (stream)
        {
            try
            {
                using var decoded = PgpUtilities.GetDecoderStream(stream);
                return new Keyring(new PgpPublicKeyRingBundle(decoded));
            }
            // The library has many ways to say that something is no key.
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                throw new PackageException(PackageException.NoKeyring, ErrorKind.Invalid,
                    $"The keyring '{name}' cannot be read: {e.Message.TrimEnd('.')}. Give an OpenPGP keyring, binary or armored.", e);
            }
        }
    }

    /// <summary>The key, when it is in the ring, not revoked, and was valid at <paramref name="time"/>.</summary>
    public PgpPublicKey? Find(long id, DateTime time)
    {
        if (keys.GetPublicKey(id) is not { } key || key.HasRevocation()) return null;
        var seconds = key.GetValidSeconds();
        return seconds != 0 && time > key.CreationTime.AddSeconds(seconds) ? null : key;
    }
}
