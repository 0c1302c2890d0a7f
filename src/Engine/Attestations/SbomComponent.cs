namespace MsBuildKit.Engine.Attestations;

/// <summary>Something an image is made of.</summary>
/// <param name="Name">As its ecosystem calls it.</param>
/// <param name="Purl">The package URL, or <c>null</c> where none applies.</param>
/// <param name="Licence">An SPDX expression, or <c>null</c> when nobody says.</param>
/// <param name="Supplier">Who made it, or <c>null</c>.</param>
/// <param name="Algorithm">Of <paramref name="Hash"/>, as SPDX spells it (<c>SHA512</c>).</param>
/// <param name="Hash">Of the package as it was delivered, lower-case hex.</param>
/// <param name="Purpose">SPDX's primary package purpose.</param>
public sealed record SbomComponent(
    string Name, string? Version, string? Purl, string? Licence = null, string? Supplier = null,
    string? Algorithm = null, string? Hash = null, string Purpose = "LIBRARY");
