using System.Globalization;

var app = WebApplication.CreateBuilder(args).Build();

// Without ICU in the image this program would not even start, for it is not built for invariant globalization.
app.MapGet("/", () => $"1234.5 is {Price("de-DE")} in Germany, {Price("ja-JP")} in Japan and {Price("en-GB")} in Britain\n");
app.MapGet("/price/{culture}", (string culture) => Price(culture) + "\n");

app.Run();

static string Price(string culture) => 1234.5m.ToString("C", CultureInfo.GetCultureInfo(culture));
