var app = WebApplication.CreateBuilder(args).Build();

app.MapGet("/", () => $"Hello from a Dockerfile as {Environment.UserName}\n");

app.Run();
