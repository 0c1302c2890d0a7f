using MsBuildKit.Engine.Frontends.Dockerfile.Words;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Words;

public sealed class WordExpanderTests
{
    private static readonly Variables s_variables = new(("HOME", "/root"), ("TOOL", "make"), ("GREEK", "αβγ"), ("EMPTY", ""), ("PATHS", "/usr/lib/app.tar.gz"), ("STARS", "a*b*c"));

    private static string Expand(string word, WordOptions? options = null) => new WordExpander(options ?? new WordOptions()).Expand(word, s_variables).Text;

    private static string CodeOf(Action act) => Assert.Throws<WordException>(act).Code;

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("'single'", "single")]
    [InlineData("pl'ai'n", "plain")]
    [InlineData("\"dou'ble\"", "dou'ble")]
    [InlineData("'dou\"ble'", "dou\"ble")]
    [InlineData("\"''\"", "''")]
    [InlineData("it\\'s", "it's")]
    [InlineData("tab\\tb", "tabtb")]
    [InlineData("\"tab\\tb\"", "tab\\tb")]
    [InlineData("\"tab\\\\tb\"", "tab\\tb")]
    [InlineData("'tab\\tb'", "tab\\tb")]
    [InlineData("end\\", "end")]
    [InlineData("end\\\\", "end\\")]
    [InlineData("'end\\'", "end\\")]
    [InlineData("γειά'σου'", "γειάσου")]
    [InlineData("γειά\\'σου", "γειά'σου")]
    public void Expand_QuotesAndEscapes_AreThoseOfAShell(string word, string expected) => Assert.Equal(expected, Expand(word));

    [Theory]
    [InlineData("at$HOME", "at/root")]
    [InlineData("at$home.", "at.")]
    [InlineData("at\\$HOME", "at$HOME")]
    [InlineData("at\\\\$HOME", "at\\/root")]
    [InlineData("\"at\\$HOME\"", "at$HOME")]
    [InlineData("\"at\\\\$HOME\"", "at\\/root")]
    [InlineData("'at$HOME'", "at$HOME")]
    [InlineData("\"at'$HOME'\"", "at'/root'")]
    [InlineData("at\\${}", "at${}")]
    [InlineData("$GREEK.", "αβγ.")]
    [InlineData("$.", "$.")]
    [InlineData("$", "$")]
    [InlineData("a$1b", "ab")]
    [InlineData("$12b", "b")]
    [InlineData("${12}b", "b")]
    [InlineData("${12:-x}b", "xb")]
    [InlineData("$@@", "@")]
    [InlineData("$*x", "x")]
    [InlineData("${#}x", "x")]
    [InlineData("${?:-y}", "y")]
    [InlineData("${-:+y}", "")]
    [InlineData("$$HOME", "HOME")]
    [InlineData("$!", "")]
    [InlineData("$0", "")]
    [InlineData("${NONE}x", "x")]
    [InlineData("${NONE}}", "}")]
    public void Expand_Names_AreThoseOfAShell(string word, string expected) => Assert.Equal(expected, Expand(word));

    [Theory]
    [InlineData("${NONE:-a}${NONE-b}", "ab")]
    [InlineData("${EMPTY:-a}${EMPTY-b}", "a")]
    [InlineData("${TOOL:-a}${TOOL-b}", "makemake")]
    [InlineData("${NONE:+a}${NONE+b}", "")]
    [InlineData("${EMPTY:+a}${EMPTY+b}", "b")]
    [InlineData("${TOOL:+a}${TOOL+b}", "ab")]
    [InlineData("${TOOL?a}${TOOL:?a}${EMPTY?a}", "makemake")]
    [InlineData("${NONE:-$HOME}x", "/rootx")]
    [InlineData("${NONE:-${NEITHER:-${HOME}}}x", "/rootx")]
    [InlineData("${HOME:+${HOME}:}x", "/root:x")]
    [InlineData("${NONE:-\\$HOME:}x", "$HOME:x")]
    [InlineData("${NONE:-a {b}", "a {b")]
    [InlineData("${NONE:-'a}b'}", "a}b")]
    [InlineData("pre${NONE:+-${NONE}}.tgz", "pre.tgz")]
    [InlineData("pre${TOOL:+-${TOOL}}.tgz", "pre-make.tgz")]
    public void Expand_Defaults_DependOnTheVariable(string word, string expected) => Assert.Equal(expected, Expand(word));

    [Theory]
    [InlineData("${PATHS#*/}", "usr/lib/app.tar.gz")]
    [InlineData("${PATHS##*/}", "app.tar.gz")]
    [InlineData("${PATHS%.*}", "/usr/lib/app.tar")]
    [InlineData("${PATHS%%.*}", "/usr/lib/app")]
    [InlineData("${PATHS%/*}", "/usr/lib")]
    [InlineData("${PATHS#?usr}", "/lib/app.tar.gz")]
    [InlineData("${PATHS#none}", "/usr/lib/app.tar.gz")]
    [InlineData("${PATHS#}${EMPTY%}", "/usr/lib/app.tar.gz")]
    [InlineData("${TOOL#*}", "make")]
    [InlineData("${TOOL##*}", "")]
    [InlineData("${TOOL#m*k}", "e")]
    [InlineData("${STARS#a\\*}", "b*c")]
    [InlineData("${STARS##*\\*}", "c")]
    [InlineData("${STARS%%\\**}", "a")]
    [InlineData("${GREEK#?}${GREEK%?}", "βγαβ")]
    [InlineData("${TOOL#$EMPTY}", "make")]
    [InlineData("${TOOL%${NONE:-ke}}", "ma")]
    [InlineData("${NONE%x}", "")]
    public void Expand_Trims_TakeTheShortestOrLongest(string word, string expected) => Assert.Equal(expected, Expand(word));

    [Theory]
    [InlineData("${TOOL/a/o}", "moke")]
    [InlineData("${PATHS/r/R}", "/usR/lib/app.tar.gz")]
    [InlineData("${PATHS//r/R}", "/usR/lib/app.taR.gz")]
    [InlineData("${PATHS/\\//|}", "|usr/lib/app.tar.gz")]
    [InlineData("${PATHS//\\//|}", "|usr|lib|app.tar.gz")]
    [InlineData("${PATHS//\\//\\/}", "\\/usr\\/lib\\/app.tar.gz")]
    [InlineData("${PATHS/a*a/-}", "/usr/lib/-r.gz")]
    [InlineData("${PATHS//?a/-}", "/usr/lib-pp.-r.gz")]
    [InlineData("${STARS//\\*/+}", "a+b+c")]
    [InlineData("${STARS//*/x}", "x")]
    [InlineData("${TOOL/k/}", "mae")]
    [InlineData("${TOOL/$EMPTY/x}", "xmake")]
    [InlineData("${TOOL//$EMPTY/-}", "-m-a-k-e-")]
    [InlineData("${TOOL/z/x}", "make")]
    [InlineData("${NONE//a/b}", "")]
    [InlineData("${TOOL///}", "make")]
    public void Expand_Replacements_TakeTheFirstOrAll(string word, string expected) => Assert.Equal(expected, Expand(word));

    [Theory]
    [InlineData("'open")]
    [InlineData("\"open")]
    [InlineData("\"open\\\"")]
    [InlineData("a\\\\'b")]
    [InlineData("${")]
    [InlineData("${}")]
    [InlineData("${:}")]
    [InlineData("${:-a}")]
    [InlineData("${{HOME}")]
    [InlineData("${HOME")]
    [InlineData("${NONE:-a")]
    [InlineData("${NONE:-a ${B}")]
    [InlineData("${.}")]
    [InlineData("${HOME=a}")]
    [InlineData("${HOME:=a}")]
    [InlineData("${HOME:a}")]
    [InlineData("${HOME:#a}")]
    [InlineData("${HOME:%%a}")]
    [InlineData("${HOME/a}")]
    [InlineData("${HOME//a}")]
    [InlineData("${HOME/a/b")]
    [InlineData("${HOME#\\x}")]
    [InlineData("${HOME%\\\\\\}")]
    public void Expand_WhatIsNoWord_IsRefused(string word) => Assert.Equal("MBK1934", CodeOf(() => Expand(word)));

    [Theory]
    [InlineData("${NONE?}", "it must be set")]
    [InlineData("${NONE:?}", "it must be set")]
    [InlineData("${EMPTY:?}", "it must not be empty")]
    [InlineData("${NONE:?say $TOOL}", "say make")]
    public void Expand_AVariableThatIsDemanded_IsNamed(string word, string why)
    {
        var refused = Assert.Throws<WordException>(() => Expand(word));

        Assert.Equal("MBK1935", refused.Code);
        Assert.Contains(why, refused.Message);
    }

    [Theory]
    [InlineData("$NONE ${NONE} ${NONE:-a$HOME} ${NONE#b} ${NONE/c/d}", "$NONE ${NONE} ${NONE:-a/root} ${NONE#b} ${NONE/c/d}")]
    [InlineData("$HOME ${EMPTY:-x}", "/root x")]
    public void Expand_KeepUnknown_LeavesWhatItDoesNotKnow(string word, string expected) => Assert.Equal(expected, Expand(word, new WordOptions { KeepUnknown = true }));

    [Fact]
    public void Expand_KeepQuotesAndEscapes_LeavesThem()
    {
        Assert.Equal("'a' \"/root\" b", Expand("'a' \"$HOME\" \\b", new WordOptions { KeepQuotes = true }));
        Assert.Equal("a\\'b", Expand("a\\'b", new WordOptions { KeepEscapes = true }));
        Assert.Equal("'/root'", Expand("'$HOME'", new WordOptions { IgnoreQuotes = true }));
    }

    [Fact]
    public void Expand_OtherEscape_LeavesBackslashes() => Assert.Equal("c:\\a$HOME", Expand("c:\\a`$HOME", new WordOptions('`')));

    [Fact]
    public void Expand_Names_AreTold()
    {
        var expanded = new WordExpander(new WordOptions()).Expand("$HOME ${NONE:-$TOOL} $EMPTY", s_variables);

        Assert.Equal(["EMPTY", "HOME", "TOOL"], expanded.Matched.Order());
        Assert.Equal(["NONE"], expanded.Unmatched);
    }

    [Theory]
    [InlineData("one", "one")]
    [InlineData("  one   two ", "one,two")]
    [InlineData("one\\ two", "one two")]
    [InlineData("'one two' three", "one two,three")]
    [InlineData("one\" \"", "one ")]
    [InlineData("x${WIDE}y", "x,a,b,c,y")]
    [InlineData("x\"${WIDE}\"y", "x  a  b c y")]
    [InlineData("x${NONE}y", "xy")]
    [InlineData("x${NONE:-1}y", "x1y")]
    [InlineData("'' one", "one")]
    [InlineData("a\\\" b", "a\",b")]
    [InlineData("'$WIDE'", "$WIDE")]
    [InlineData("<< EOF x", "<< EOF,x")]
    public void ExpandWords_Blanks_SplitOutsideOfQuotes(string words, string expected)
        => Assert.Equal(expected.Split(','), new WordExpander(new WordOptions()).ExpandWords(words, new Variables(("WIDE", "  a  b c "))));

    [Fact]
    public void Expand_DeepNesting_IsRefused()
    {
        Assert.Equal("x", Expand(Nested(150)));
        Assert.Equal("MBK1933", CodeOf(() => Expand(Nested(5000))));

        static string Nested(int depth) => string.Concat(Enumerable.Repeat("${NONE:-", depth)) + "x" + new string('}', depth);
    }

    [Theory]
    [InlineData("$V", 2000)]
    [InlineData("\"$V\"", 2000)]
    [InlineData("${NONE:+$V$V$V$V$V}", 2000)]
    [InlineData("${V#z}x", 2000)]
    [InlineData("${V//a/$V}", 1)]
    public void Expand_WhatGrowsWithoutBound_IsRefused(string word, int times)
    {
        var variables = new Variables(("V", new string('a', 100_000)));
        var words = string.Concat(Enumerable.Repeat(word, times));

        Assert.Equal("MBK1933", CodeOf(() => new WordExpander(new WordOptions()).Expand(words, variables)));
    }

    // Each takes hours when every place is tried against all that follows it.
    [Theory]
    [InlineData("#*a*a*a*a*a*b")]
    [InlineData("%b*a*a*a*a*a*")]
    [InlineData("//a*a*a*b/x")]
    [InlineData("//a*b/x")]
    [InlineData("##*?*?*?*?*b")]
    public void Expand_PatternsThatNearlyMatch_AreQuick(string modifier)
    {
        var value = new string('a', 200_000);

        Assert.Equal(value, new WordExpander(new WordOptions()).Expand($"${{V{modifier}}}", new Variables(("V", value))).Text);
    }

    [Fact]
    public void Expand_Lines_AreNotCrossedByStars()
    {
        var variables = new Variables(("V", "one\ntwo\n"));
        Assert.Equal("one\ntwo\n", new WordExpander(new WordOptions()).Expand("${V#o*t}", variables).Text);
        Assert.Equal("X\nX\n", new WordExpander(new WordOptions()).Expand("${V//?*/X}", variables).Text);
    }
}
