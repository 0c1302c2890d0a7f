namespace MsBuildKit.Engine.Content;

/// <summary>What a look at everything in a store found.</summary>
/// <param name="Blobs">How many were hashed.</param>
/// <param name="Bytes">How long they are together.</param>
/// <param name="Records">How many records and facts were checked.</param>
/// <param name="Faults">In the order of their paths.</param>
public sealed record StoreVerification(int Blobs, long Bytes, int Records, IReadOnlyList<StoreFault> Faults);
