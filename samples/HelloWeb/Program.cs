var app = WebApplication.CreateBuilder(args).Build();

app.UseStaticFiles();
app.MapGet("/", () => $"Hello from {Environment.OSVersion} as {Environment.UserName}\n");
app.MapGet("/healthz", () => "ok\n");

app.Run();
