#include <stdio.h>
#include "version.h"

int main(void)
{
    puts("prepared " VERSION);
    return 0;
}
