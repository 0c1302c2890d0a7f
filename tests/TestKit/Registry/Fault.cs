using Microsoft.AspNetCore.Http;

namespace MsBuildKit.TestKit.Registry;

/// <summary>One way for a request to go wrong; <paramref name="next"/> would have answered it.</summary>
public delegate Task Fault(HttpContext context, Func<Task> next);
