using System.Diagnostics;

// Without this the compiler would tell the JIT not to optimize either.
[assembly: Debuggable(DebuggableAttribute.DebuggingModes.IgnoreSymbolStoreSequencePoints)]
