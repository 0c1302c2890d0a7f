using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using Digest = MsBuildKit.Engine.Oci.Digest;
using ImagePlatform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Llb;

/// <summary>Digests that BuildKit 0.32.2 itself gave the operations of a Dockerfile, local files and their session included.</summary>
public sealed class BuildkitDigestTests
{
    [Fact]
    public void Marshal_TheGraphOfADockerfile_HasBuildkitsDigests()
    {
        var context = LlbState.Local("context", new LocalSourceOptions { FollowPaths = ["x"], SharedKeyHint = "context", SessionId = "in8lu63lk5r2u45jykl1f82fx" });
        var options = new CopyOptions { FollowSymlink = true, ContentsOnly = true, CreateDestination = true, AllowWildcard = true, AllowEmptyWildcard = true };
        var first = LlbState.Scratch.File(null, FileStep.Copy(context, "/x", "/x", options).OwnedAs("1:name")).File(null, FileStep.MakeDirectory("/w", 0b111_101_101, makeParents: true));
        var linked = LlbState.Scratch.File(null, FileStep.Copy(first, "/x", "/y", options));
        var document = LlbState.Scratch.File(null, FileStep.MakeFile("/E", 0b110_100_100, "hi\n"u8));
        var added = linked.File(null, FileStep.Copy(document, "/E", "/z", new CopyOptions { CreateDestination = true }));
        var command = new ExecOptions
        {
            Args = ["/bin/sh", "-c", "true"], Environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            Mounts = [ExecMount.Cache("/c", "//c", CacheSharingOpt.Shared, LlbState.Scratch)],
        };

        var definition = LlbMarshaller.Marshal(added.Run(command, ImagePlatform.LinuxAmd64).Root);

        Assert.Equal(
            [
                "sha256:341aed99fed4395c1cf652133c6a426f0a4336bf1d53e6dd8b4991beaea3617c", "sha256:f2b71d2b85e1dcf36a89ca9d6869b62b4f0e891fb1a169f3053b3642b553358a",
                "sha256:c6e35482b25a52b411df6d9509ff9756d9a2b0c22e5bce804a4e00631d03ece4", "sha256:552903e6a797d984fa44229821a3d187bd4f9fc676a4e5e4ff6e960179de53ee",
                "sha256:68ccb8a04f75a4d2dcc1df757ea08cb71797c4894b67d6ddea5ca1147352c4b8", "sha256:d5df6ddd0f828873a3be68a50794a8a44ca79217254f08e1a6ed61647e55e6e0",
                "sha256:9bcdfd249dff94af4d35d37d1ef0486aa832257ee9a3415f3cfabeee52071152", "sha256:150aa6da73fa7c0f2b1f75eaca97b3a85c6a91cb7ef1862a5ec8faf36ea4b46d",
            ],
            definition.Def.Select(d => Digest.Of(d.Span).ToString()));
    }
}
