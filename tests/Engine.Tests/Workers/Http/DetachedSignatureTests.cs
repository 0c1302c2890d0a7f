using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Http;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace MsBuildKit.Engine.Tests.Workers.Http;

/// <summary>Files of web servers that somebody must have signed.</summary>
public sealed class DetachedSignatureTests
{
    private static readonly byte[] s_file = "a file"u8.ToArray();

    private readonly TestSigner _signer = new();

    [Fact]
    public Task Require_SignedByOneOfTheKeys_Returns() => RequireAsync(_signer.Sign(s_file), new TestSigner().Keys + "\n" + _signer.Keys);

    [Fact]
    public async Task Require_WhatCannotBeBelieved_SaysWhy()
    {
        var (expired, weak) = (new TestSigner(lasts: TimeSpan.FromHours(1)), new TestSigner(bits: 1024));
        (string Signature, string Keys, string Why)[] cases =
        [
            (_signer.Sign([.. s_file, 1]), _signer.Keys, "not what was signed"),
            (_signer.Sign(s_file), new TestSigner().Keys, "none of those that may"),
            (_signer.Sign(s_file, HashAlgorithmTag.Sha1), _signer.Keys, "weak digest"),
            (_signer.Sign(s_file, type: PgpSignature.CanonicalTextDocument), _signer.Keys, "none of a file"),
            (_signer.Sign(s_file, at: DateTime.UtcNow.AddDays(1)), _signer.Keys, "in the future"),
            (expired.Sign(s_file), expired.Keys, "none of those that may"),
            (weak.Sign(s_file), weak.Keys, "none of those that may"),
            ("", _signer.Keys, "it is none"),
            (_signer.Keys, _signer.Keys, "it is none"),
            ("-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n", _signer.Keys, "it"),
            (_signer.Sign(s_file), "no keys", "none of those that may"),
            (_signer.Sign(s_file), _signer.Sign(s_file), "the keys cannot be read"),
        ];
        foreach (var (signature, keys, why) in cases)
        {
            var error = await Assert.ThrowsAsync<WorkerException>(() => RequireAsync(signature, keys));
            Assert.Equal("MBK2032", error.Code);
            Assert.Contains(why, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Build_ASignedFile_IsFetchedOnlyWhenItIsWhatWasSigned()
    {
        await using var bench = await SourceBench.StartAsync();
        var content = s_file;
        bench.Server.Handler = async context => await context.Response.Body.WriteAsync(content);
        var graph = SourceGraph.Of(bench.Url("x"), ("http.sig.pubkey", _signer.Keys), ("http.sig.signature", _signer.Sign(s_file)));
        Assert.Equal(["File 600 0:0 0 x a file"], await bench.ListAsync(await bench.BuildAsync(graph)));
        content = "another"u8.ToArray();
        Assert.Equal("MBK2032", (await Assert.ThrowsAsync<SolveException>(() => bench.BuildAsync(graph))).Code);
    }

    // What was fetched without a look at its signature is not taken for something that had one.
    [Fact]
    public async Task Build_ASignedFileThatIsKnownUnsigned_IsLookedAt()
    {
        await using var bench = await SourceBench.StartAsync();
        bench.Server.Handler = async context => await context.Response.Body.WriteAsync(s_file);
        await bench.BuildAsync(SourceGraph.Of(bench.Url("x")));
        var graph = SourceGraph.Of(bench.Url("x"), ("http.sig.pubkey", new TestSigner().Keys), ("http.sig.signature", _signer.Sign(s_file)));
        Assert.Equal("MBK2032", (await Assert.ThrowsAsync<SolveException>(() => bench.BuildAsync(graph))).Code);
    }

    [Theory]
    [InlineData("http.sig.pubkey")]
    [InlineData("http.sig.signature")]
    public async Task Build_HalfOfWhatASignatureTakes_IsRefused(string key)
    {
        await using var bench = await SourceBench.StartAsync();
        Assert.Equal("MBK2021", (await Assert.ThrowsAsync<SolveException>(() => bench.BuildAsync(SourceGraph.Of(bench.Url("x"), (key, "something"))))).Code);
    }

    private static Task RequireAsync(string signature, string keys) =>
        DetachedSignature.RequireAsync(signature, keys, new MemoryStream(s_file), DateTimeOffset.UtcNow, "x", default);
}
