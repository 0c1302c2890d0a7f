System.Console.WriteLine($"Hello, {args[0]}, from {System.Environment.UserName}!");
