using MsBuildKit.Engine.Attestations.BuildKit;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Tests.Attestations.BuildKit;

public sealed class BuildCaptureTests
{
    private static readonly Digest s_one = Digest.Of("1"u8);

    private readonly BuildCapture _capture = new();

    [Fact]
    public void Images_PinnedOfATagThatIsThere_AreLeftOut()
    {
        _capture.Add(Image($"debian@{s_one}"));
        _capture.Add(Image($"alpine:3@{s_one}"));
        _capture.Add(Image("alpine:3"));
        Assert.Equal(["docker.io/library/alpine:3", $"docker.io/library/debian@{s_one}"], _capture.Images.Select(i => i.Reference.ToString()));
    }

    [Fact]
    public void Add_ImageOfTheSamePlatform_IsThereOnce()
    {
        _capture.Add(Image("alpine:3"));
        _capture.Add(Image("alpine:3"));
        _capture.Add(Image("alpine:3", Platform.LinuxArm64));
        Assert.Equal(["linux/amd64", "linux/arm64"], _capture.Images.Select(i => i.Platform!.ToString()));
    }

    [Fact]
    public void Add_SecretThatOneStepNeeds_IsNeeded()
    {
        _capture.AddSecret(new LentMaterial("token", IsOptional: true));
        _capture.AddSecret(new LentMaterial("token", IsOptional: false));
        _capture.AddSecret(new LentMaterial("token", IsOptional: true));
        _capture.AddAgent(new LentMaterial("", IsOptional: true));
        Assert.Equal([new LentMaterial("token", IsOptional: false)], _capture.Secrets);
        Assert.Equal([new LentMaterial("default", IsOptional: true)], _capture.Agents);
    }

    [Fact]
    public void Add_OtherCapture_TakesOverAllOfIt()
    {
        var other = new BuildCapture { HasNetwork = true };
        other.Add(Image("alpine:3"));
        other.Add(new GitMaterial("https://user:pass@host.example/a.git#v1", new string('a', 40)));
        other.Add(new WebMaterial("https://host.example/f", s_one));
        other.AddSecret(new LentMaterial("token", IsOptional: false));
        Assert.True(_capture.IsComplete);
        other.AddFolder("context");
        _capture.Add(other);
        Assert.False(_capture.IsComplete);
        Assert.True(_capture.HasNetwork);
        Assert.Equal("https://xxxxx:xxxxx@host.example/a.git#v1", Assert.Single(_capture.Git).Url);
        Assert.Single(_capture.Images);
        Assert.Single(_capture.Web);
        Assert.Single(_capture.Secrets);
        Assert.Equal(["context"], _capture.Folders);
    }

    private static ImageMaterial Image(string reference, Platform? platform = null) => new(ImageReference.Parse(reference), platform ?? Platform.LinuxAmd64, s_one, IsLayout: false);
}
