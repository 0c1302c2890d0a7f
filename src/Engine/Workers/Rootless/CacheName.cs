using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Which cache of steps a directory is.</summary>
/// <param name="Id">As steps name it.</param>
/// <param name="Ground">The ChainID of the tree that it was filled with at first; empty when it began empty.</param>
/// <param name="Number">Of a private one, from 0; <c>null</c> for the one that all share.</param>
public sealed record CacheName(string Id, string Ground = "", int? Number = null) : IComparable<CacheName>
{
    /// <summary>The name of its directory: an id is hashed and never a path.</summary>
    public string Folder
    {
        get
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Id}\0{Ground}\0{(Number is null ? "common" : "private")}")))[..32];
            return Number is { } number ? string.Create(CultureInfo.InvariantCulture, $"{hash}-{number}") : hash;
        }
    }

    /// <summary>By id, then what it was filled with, then number.</summary>
    public int CompareTo(CacheName? other)
    {
        if (other is null) return 1;
        if (string.CompareOrdinal(Id, other.Id) is not 0 and var byId) return byId;
        if (string.CompareOrdinal(Ground, other.Ground) is not 0 and var byGround) return byGround;
        return Nullable.Compare(Number, other.Number);
    }

    internal CacheRecord ToWire()
    {
        var record = new CacheRecord { Id = Id, Ground = Ground };
        if (Number is { } number) record.Number = number;
        return record;
    }

    internal static CacheName FromWire(CacheRecord record) => new(record.Id, record.Ground, record.HasNumber ? record.Number : null);
}
