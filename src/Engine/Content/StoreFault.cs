namespace MsBuildKit.Engine.Content;

/// <summary>Something in a store that is not as it should be.</summary>
/// <param name="File">Where.</param>
/// <param name="Problem">What is wrong with it, in a few words.</param>
/// <param name="Repaired">It was removed: it will be built or pulled anew.</param>
public sealed record StoreFault(StoredFile File, string Problem, bool Repaired);
