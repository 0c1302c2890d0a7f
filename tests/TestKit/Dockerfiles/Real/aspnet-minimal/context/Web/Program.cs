var app = WebApplication.CreateBuilder(args).Build();
app.MapGet("/healthz", () => "ok");
app.MapGet("/", () => $"served by {Environment.UserName}");
app.Run();
