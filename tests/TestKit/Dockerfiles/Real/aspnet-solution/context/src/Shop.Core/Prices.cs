namespace Shop.Core;

public static class Prices
{
    public static decimal Sum(params decimal[] prices) => System.Linq.Enumerable.Sum(prices);
}
