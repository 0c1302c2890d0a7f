#include <stdio.h>
#include <unistd.h>

int main(void)
{
    printf("static, as %d\n", (int)getuid());
    return 0;
}
