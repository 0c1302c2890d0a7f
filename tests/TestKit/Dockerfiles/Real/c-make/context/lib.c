#include <stdio.h>

void greet(const char *name) { printf("greetings, %s\n", name); }
