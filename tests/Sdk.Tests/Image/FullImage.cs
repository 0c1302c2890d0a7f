namespace MsBuildKit.Sdk.Tests.Image;

/// <summary>One project that sets nearly everything, built once for all who look at it.</summary>
public sealed class FullImage(SdkPackage sdk) : IAsyncLifetime
{
    private ImageView? _image;

    public ProjectTree Tree { get; } = new(sdk);

    public BuildRun Run { get; private set; } = null!;

    public LayoutView Layout => new(Tree["Full/out/image"]);

    public ImageView Image => _image ??= Layout.Image();

    public async ValueTask InitializeAsync()
    {
        var ground = await BaseLayout.BuildAsync(Tree);
        Tree.Write("Full/full.conf", "text");
        var script = Tree.Write("Full/start.sh", "#!/bin/sh\n");
        File.SetUnixFileMode(script, (UnixFileMode)0b111_101_101);
        Tree.Web("Full", p => p
            .Properties($"ContainerBaseImage={ground}", "ContainerRepository=Team/My App", "ContainerImageTags=1.0;latest", "ContainerWorkingDirectory=/srv/shop/")
            .Properties("ContainerUser=service:others", "ContainerStopSignal=SIGINT", "ContainerCompression=zstd", "ContainerCompressionLevel=3", "ContainerExcludeSymbols=true")
            .Properties("ContainerOutputDirectory=out/image", "ContainerArchiveOutputPath=out/shop.tar", "ContainerCacheDirectory=out/cache", "ContainerRuntimeIdentifier=linux-x64")
            .Properties("Description=A shop: cheap; good", "Authors=Ann", "PackageProjectUrl=https://shop.example/?a=b;c", "Version=2.3.4", "PackageLicenseExpression=MIT", "Title=Shop", "ContainerVendor=Vend")
            .Properties("PublishRepositoryUrl=true", "PrivateRepositoryUrl=https://git.example/shop.git", "SourceRevisionId=0123456789abcdef0123456789abcdef01234567")
            .Item("ContainerDefaultArgs", "--urls;http://+:9000")
            .Item("ContainerEnvironmentVariable", "ASPNETCORE_URLS", ("Value", "http://+:9000;http://+:9001"))
            .Item("ContainerEnvironmentVariable", "REPLACED", ("Value", "a=b;c:d $HOME %25"))
            .Item("ContainerLabel", "my.url", ("Value", "https://a.example:1/x;y"))
            .Item("ContainerLabel", "org.opencontainers.image.title", ("Value", "My own title"))
            .Item("ContainerPort", "8443", ("Type", "tcp"))
            .Item("ContainerPort", "53", ("Type", "udp"))
            .Item("ContainerVolume", "/data;/var/lib/shop/")
            .Item("ContainerAnnotation", "shop.note", ("Value", "a:b;c"))
            .Item("ContainerHealthcheck", "curl -f http://localhost:9000/ || exit 1", ("Interval", "30s"), ("Timeout", "500ms"), ("StartPeriod", "1m"), ("Retries", "3"))
            .Item("ContainerFile", "full.conf", ("TargetPath", "/etc/shop.conf"), ("Mode", "0600"), ("Owner", "5:6"))
            .Item("ContainerFile", "full.conf", ("TargetPath", "/etc/conf.d/"), ("Owner", "service"))
            .Item("ContainerFile", "start.sh", ("TargetPath", "/usr/bin/start"))
            .Item("ContainerOutput", "docker-archive", ("Path", "out/docker.tar"))
            .Item("ContainerOutput", "tar", ("Path", "out/files.tar"))
            .Item("ContainerOutput", "directory", ("Path", "out/files")));
        Tree.Write("Full/wwwroot/site.css", "body { color: red }");
        Run = (await Tree.ContainerBuildAsync("Full", "-getProperty:GeneratedContainerDigest,GeneratedContainerManifest,GeneratedContainerConfiguration,GeneratedContainerMediaType,GeneratedArchiveOutputPath",
            "-getItem:ContainerImage,ContainerSbom,ContainerProvenance,GeneratedContainer,GeneratedContainerName")).Succeeded();
    }

    public ValueTask DisposeAsync()
    {
        Tree.Dispose();
        return default;
    }
}
