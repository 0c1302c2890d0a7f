using System.CommandLine;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Images;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>inspect</c>: what is in images.</summary>
internal static class InspectCommand
{
    public static Command Create(ToolHost host, StoreOption store)
    {
        var path = new Argument<string?>("path") { Description = "A layout directory or an archive, of OCI or of Docker. Default: the store.", Arity = ArgumentArity.ZeroOrOne };
        var tag = new Option<string?>("--tag", "-t") { Description = "Only the image of this tag or full name.", HelpName = "TAG" };
        var raw = new Option<bool>("--raw") { Description = "Print the manifest or index as it is, byte for byte. With several images: name one with --tag." };
        var format = new FormatOptions();
        var command = new Command("inspect", "Show images: names, platforms, how they run, layers, what is said about them.") { path, tag, raw };
        format.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var place = Place.Find(host, store.PathOf(result), result.GetValue(path));
            var images = place.IsStore
                ? await StoreImages.FindAsync(place.Path, cancellationToken).ConfigureAwait(false)
                : await LocalImages.OpenAsync(place.Path, cancellationToken).ConfigureAwait(false);
            if (result.GetValue(raw))
            {
                await WriteRawAsync(host, images, images.Find(result.GetValue(tag)), cancellationToken).ConfigureAwait(false);
                return ExitCodes.Success;
            }
            var views = await new ImageReader(images).ReadAsync(result.GetValue(tag), cancellationToken).ConfigureAwait(false);
            if (format.IsJson(result)) ImageJson.Write(host.Output, views);
            else ImageText.Write(host.Output, views, place.Path);
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task WriteRawAsync(ToolHost host, LocalImages images, Descriptor image, CancellationToken cancellationToken)
    {
        var bytes = await ImageResolution.ReadAsync(images.Source, image, cancellationToken).ConfigureAwait(false);
        await host.Output.WriteAsync(Encoding.UTF8.GetString(bytes)).ConfigureAwait(false);
    }
}
