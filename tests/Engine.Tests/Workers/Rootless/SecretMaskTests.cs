using System.Text;
using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

public sealed class SecretMaskTests
{
    [Theory]
    [InlineData("the token is s3cret!", "the token is ***!", "s3cret")]
    [InlineData("s3crets3cret s3cre", "****** s3cre", "s3cret")]
    [InlineData("one s3cret\ntwo s3cret", "one ***\ntwo ***", "s3cret\n")]
    [InlineData("abcd abcdefgh abcde", "*** *** ***e", "abcd", "abcdefgh")]
    [InlineData("x abcdefghi x", "x *** x", "abcdef", "defghi")]
    [InlineData("user\npassword1\nuser", "***\nuser", "user\npassword1")]
    [InlineData("  \"key\": \"password1\"", "  ***", "{\n  \"key\": \"password1\"\n}")]
    [InlineData("caf\u00e9 caf\u00e8", "*** caf\u00e8", "caf\u00e9")]
    [InlineData("abc abc", "abc abc", "abc")]
    [InlineData("nothing", "nothing", "")]
    public void Mask_TextInPiecesOfAnySize_CoversSecretsAndNothingElse(string text, string shown, params string[] secrets)
    {
        for (var size = 1; size <= text.Length + 2; size++) Assert.Equal(shown, Mask(text, secrets, size));
    }

    // What random streams and secrets of few letters have in common with a plain search: no secret is left, and without one nothing is changed.
    [Fact]
    public void Mask_RandomStreams_LeaveNoSecretAndChangeNoOther()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var secrets = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Letters(random, random.Next(4, 9))).ToArray();
            var text = Letters(random, random.Next(60));
            var shown = Mask(text, secrets, random.Next(1, 20));
            Assert.DoesNotContain(secrets, s => shown.Contains(s, StringComparison.Ordinal));
            if (!secrets.Any(s => text.Contains(s, StringComparison.Ordinal))) Assert.Equal(text, shown);
        }
    }

    [Fact]
    public void Add_WhatBeginsNoSecret_IsShownAtOnce()
    {
        var mask = new SecretMask(SecretPatterns.Of(["s3cret"u8.ToArray()])!);
        Assert.Equal("Password: ", Encoding.UTF8.GetString(mask.Add("Password: s3"u8).Span));
        Assert.Equal("s3x", Encoding.UTF8.GetString(mask.Add("x"u8).Span));
    }

    private static string Letters(Random random, int count) => new(random.GetItems("ab".AsSpan(), count));

    private static string Mask(string text, IEnumerable<string> secrets, int size)
    {
        if (SecretPatterns.Of(secrets.Select(s => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(s))) is not { } patterns) return text;
        var mask = new SecretMask(patterns);
        var shown = new List<byte>();
        foreach (var piece in Encoding.UTF8.GetBytes(text).Chunk(size)) shown.AddRange(mask.Add(piece).Span);
        shown.AddRange(mask.Complete().Span);
        return Encoding.UTF8.GetString([.. shown]);
    }
}
