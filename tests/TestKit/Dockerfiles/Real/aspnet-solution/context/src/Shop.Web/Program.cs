if (args is ["--self-test"])
{
    System.Console.WriteLine($"sum {Shop.Core.Prices.Sum(1.5m, 2m)}");
    return;
}
Microsoft.AspNetCore.Builder.WebApplication.CreateBuilder(args).Build().Run();
