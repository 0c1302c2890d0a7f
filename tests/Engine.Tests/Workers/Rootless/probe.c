/* Looks at a sandbox from inside and prints a line for each thing that must hold: "ok NAME" or "FAIL NAME: what was found".
   With "connect PATH" it ends with 0 or the error of connecting there.
   Arguments else: the worker's namespaces (user mnt pid ipc uts net), the port of a server on the host's loopback, the name of an abstract socket
   there, a path of the worker's, and how many ids a step has. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void check(int holds, const char *name, const char *format, ...)
{
    printf(holds ? "ok %s" : "FAIL %s", name);
    if (!holds)
    {
        va_list list;
        va_start(list, format);
        printf(": ");
        vprintf(format, list);
        va_end(list);
    }
    printf("\n");
    fflush(stdout);
}

static char *read_text(const char *path)
{
    static char text[65536];
    int file = open(path, O_RDONLY);
    if (file < 0) return NULL;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length < 0) return NULL;
    text[length] = 0;
    return text;
}

static const char *status_of(const char *field)
{
    static char value[64];
    char *text = read_text("/proc/self/status");
    char *at = text ? strstr(text, field) : NULL;
    value[0] = 0;
    if (at) sscanf(at + strlen(field), " %63s", value);
    return value;
}

static void namespaces(char **worker)
{
    static const char *const kinds[] = {"user", "mnt", "pid", "ipc", "uts", "net"};
    for (int i = 0; i < 6; i++)
    {
        char path[64], name[64], here[64] = "";
        snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i]);
        snprintf(name, sizeof name, "namespace %s is not the worker's", kinds[i]);
        ssize_t length = readlink(path, here, sizeof here - 1);
        check(length > 0 && strcmp(here, worker[i]), name, "%s", here);
    }
}

static void identity(const char *count)
{
    static const char *const maps[] = {"/proc/self/uid_map", "/proc/self/gid_map"};
    for (int i = 0; i < 2; i++)
    {
        char *text = read_text(maps[i]), inside[16] = "", outside[16] = "", size[16] = "", more[16] = "";
        int found = text ? sscanf(text, "%15s %15s %15s %15s", inside, outside, size, more) : 0;
        check(found == 3 && !strcmp(inside, "0") && !strcmp(outside, "1") && !strcmp(size, count), maps[i], "%s", text ? text : "unreadable");
    }
    /* CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE SYS_CHROOT SETFCAP */
    static const int wanted[] = {0, 1, 3, 4, 5, 6, 7, 8, 10, 18, 31};
    unsigned long set = 0;
    for (unsigned i = 0; i < sizeof wanted / sizeof *wanted; i++) set |= 1ul << wanted[i];
    static const char *const held[] = {"CapBnd:", "CapEff:", "CapPrm:"};
    for (int i = 0; i < 3; i++) check(strtoul(status_of(held[i]), NULL, 16) == set, held[i], "%s", status_of(held[i]));
    check(strtoul(status_of("CapInh:"), NULL, 16) == 0, "CapInh: is empty", "%s", status_of("CapInh:"));
    check(strtoul(status_of("CapAmb:"), NULL, 16) == 0, "CapAmb: is empty", "%s", status_of("CapAmb:"));
    check(!strcmp(status_of("NoNewPrivs:"), "1"), "no new privileges", "%s", status_of("NoNewPrivs:"));
    check(!strcmp(status_of("Seccomp:"), "2"), "system calls are filtered", "%s", status_of("Seccomp:"));
    check(getpid() == 1, "it is the first process", "%d", getpid());
    check(getsid(0) == 1, "it leads a session", "%d", getsid(0));
    check(setresuid(atoi(count), -1, -1) < 0 && errno == EINVAL, "an id outside of the map cannot be taken", "%d", errno);

    pid_t child = fork();
    if (child == 0)
    {
        if (setresuid(1000, 1000, 1000)) _exit(1);
        if (strtoul(status_of("CapPrm:"), NULL, 16)) _exit(2);
        _exit(setuid(0) == 0 ? 3 : 0);
    }
    int ended;
    waitpid(child, &ended, 0);
    check(ended == 0, "who left root does not come back", "%d", ended);

    struct { uint32_t version; int pid; } header = {0x20080522, 0};
    struct { uint32_t effective, permitted, inheritable; } data[2] = {{0x80000000u | 1u << 21, 1u << 21, 0}, {0, 0, 0}};
    check(syscall(SYS_capset, &header, data) < 0 && errno == EPERM, "CAP_SYS_ADMIN cannot be taken", "%d", errno);
}

static void surroundings(const char *worker_path)
{
    int others = 0, number, wrong = 0;
    struct dirent *entry;
    DIR *folder = opendir("/proc");
    while ((entry = readdir(folder))) if ((number = atoi(entry->d_name)) > 1) others = number;
    closedir(folder);
    check(others == 0, "no other process is seen", "%d", others);
    check(kill(2, 0) < 0 && errno == ESRCH, "no other process can be signalled", "%d", errno);
    check(ptrace(PTRACE_ATTACH, 2, 0, 0) < 0 && errno == ESRCH, "no other process can be traced", "%d", errno);

    folder = opendir("/proc/self/fd");
    while ((entry = readdir(folder)))
        if (entry->d_name[0] != '.' && (number = atoi(entry->d_name)) > 2 && number != dirfd(folder)) wrong = number;
    closedir(folder);
    check(wrong == 0, "no descriptor but the three", "%d", wrong);
    char byte = 'x';
    check(!isatty(0) && read(0, &byte, 1) == 0, "its input is empty", "%d", errno);
    check(open("/dev/tty", O_RDWR) < 0 && errno == ENXIO, "it has no terminal", "%d", errno);
    byte = 'x';
    check(ioctl(0, TIOCSTI, &byte) < 0 && ioctl(1, TIOCSTI, &byte) < 0 && ioctl(2, TIOCSTI, &byte) < 0, "nothing can be typed for others", "it can");

    int variables = 0;
    for (char **variable = environ; *variable; variable++)
        if (strncmp(*variable, "PATH=", 5) && strncmp(*variable, "HOME=", 5)) variables++;
    check(variables == 0, "its environment is its own", "%d more", variables);
    mode_t mask = umask(022);
    check(mask == 022, "umask", "%o", mask);
    char name[65] = "";
    gethostname(name, sizeof name);
    check(!strcmp(name, "buildkitsandbox"), "hostname", "%s", name);
    struct stat there;
    check(stat(worker_path, &there) < 0 && errno == ENOENT, "the worker's files are not there", "%s", worker_path);
    char here[4096];
    check(getcwd(here, sizeof here) && here[0] == '/', "its working directory is inside", "%s", here);

    static const struct { int kind; rlim_t most; const char *name; } limits[] =
        {{RLIMIT_NOFILE, 65536, "limit of open files"}, {RLIMIT_NPROC, 4096, "limit of processes"}, {RLIMIT_CORE, 0, "no core files"}};
    for (int i = 0; i < 3; i++)
    {
        struct rlimit limit;
        getrlimit(limits[i].kind, &limit);
        check(limit.rlim_max <= limits[i].most, limits[i].name, "%lu", (unsigned long)limit.rlim_max);
    }
}

static int is_empty(const char *path)
{
    struct stat there;
    if (stat(path, &there)) return errno == ENOENT;
    if (!S_ISDIR(there.st_mode))
    {
        char *text = read_text(path);
        return !text || !*text;
    }
    int entries = 0;
    DIR *folder = opendir(path);
    if (!folder) return 1;
    while (readdir(folder)) entries++;
    closedir(folder);
    return entries <= 2;
}

static void files(void)
{
    static const char *const masked[] =
        {"/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi",
         "/proc/timer_list", "/sys/firmware", "/sys/devices/virtual/powercap", "/sys/kernel/debug", "/sys/kernel/security", "/sys/fs/cgroup"};
    for (unsigned i = 0; i < sizeof masked / sizeof *masked; i++)
    {
        char name[128];
        snprintf(name, sizeof name, "%s is masked", masked[i]);
        check(is_empty(masked[i]), name, "it has content");
    }
    static const char *const fixed[] =
        {"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/vm/overcommit_memory", "/proc/sysrq-trigger", "/proc/irq/x", "/proc/bus/x", "/proc/fs/x",
         "/sys/x", "/sys/devices/system/cpu/online", "/etc/hosts", "/etc/resolv.conf"};
    for (unsigned i = 0; i < sizeof fixed / sizeof *fixed; i++)
    {
        char name[128];
        int file = open(fixed[i], O_WRONLY | (strstr(fixed[i], "/x") ? O_CREAT : 0), 0600);
        snprintf(name, sizeof name, "%s cannot be written", fixed[i]);
        check(file < 0 && (errno == EROFS || errno == EACCES || errno == ENOENT), name, "%d %d", file, errno);
    }
    static const struct { const char *path; int major, minor; } devices[] =
        {{"/dev/null", 1, 3}, {"/dev/zero", 1, 5}, {"/dev/full", 1, 7}, {"/dev/random", 1, 8}, {"/dev/urandom", 1, 9}, {"/dev/tty", 5, 0}};
    for (int i = 0; i < 6; i++)
    {
        struct stat there = {0};
        stat(devices[i].path, &there);
        check(S_ISCHR(there.st_mode) && there.st_rdev == makedev(devices[i].major, devices[i].minor), devices[i].path, "%o %lx", there.st_mode, (unsigned long)there.st_rdev);
    }
    static const char *const absent[] = {"/dev/console", "/dev/kmsg", "/dev/mem", "/dev/fuse", "/dev/net/tun", "/dev/kvm", "/dev/vda"};
    for (int i = 0; i < 7; i++)
    {
        char name[64];
        snprintf(name, sizeof name, "%s is not there", absent[i]);
        check(access(absent[i], F_OK) < 0 && errno == ENOENT, name, "it is");
    }
    check(mknod("/tmp/device", S_IFBLK | 0600, makedev(254, 0)) < 0 && errno == EPERM, "no device can be made", "%d", errno);
    check(mknod("/tmp/pipe", S_IFIFO | 0600, 0) == 0, "a pipe can be made", "%d", errno);
    struct statvfs memory = {0};
    statvfs("/dev/shm", &memory);
    check((long)memory.f_blocks * (long)memory.f_frsize == 64 << 20, "/dev/shm has 64 MiB", "%ld", (long)memory.f_blocks * (long)memory.f_frsize);
    check(open("/dev/ptmx", O_RDWR | O_NOCTTY) >= 0, "a terminal of its own can be opened", "%d", errno);

    char *mounts = read_text("/proc/self/mountinfo");
    check(mounts && !strstr(mounts, " shared:") && !strstr(mounts, " master:"), "no mount is shared with the worker", "one is");
    check(mounts && !strstr(mounts, " - cgroup") && !strstr(mounts, " - sysfs"), "neither cgroups nor sysfs are mounted", "one is");
}

static void refused(long number, const char *name, int expected)
{
    char label[64];
    errno = 0;
    long result = syscall(number, -1L, -1L, -1L, -1L, -1L, -1L);
    snprintf(label, sizeof label, "%s is refused", name);
    check(result == -1 && errno == expected, label, "%ld %d", result, errno);
}

static int ending_of(void (*action)(void))
{
    pid_t child = fork();
    if (child == 0)
    {
        action();
        _exit(0);
    }
    int ended = 0;
    waitpid(child, &ended, 0);
    return WIFSIGNALED(ended) ? WTERMSIG(ended) : 0;
}

#ifdef __x86_64__
static void call_32(void)
{
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory", "r8", "r9", "r10", "r11");
}

static void call_x32(void)
{
    syscall(0x40000000L + SYS_getpid);
}
#endif

static void calls(void)
{
#define REFUSED(call) refused(SYS_##call, #call, EPERM)
    REFUSED(mount); REFUSED(umount2); REFUSED(pivot_root); REFUSED(unshare); REFUSED(setns); REFUSED(bpf); REFUSED(perf_event_open);
    REFUSED(keyctl); REFUSED(add_key); REFUSED(request_key); REFUSED(userfaultfd); REFUSED(kexec_load); REFUSED(init_module);
    REFUSED(finit_module); REFUSED(delete_module); REFUSED(open_by_handle_at); REFUSED(kcmp); REFUSED(quotactl); REFUSED(reboot);
    REFUSED(swapon); REFUSED(swapoff); REFUSED(settimeofday); REFUSED(clock_settime); REFUSED(sethostname); REFUSED(setdomainname);
    REFUSED(acct); REFUSED(syslog); REFUSED(fanotify_init); REFUSED(mbind); REFUSED(move_pages); REFUSED(migrate_pages); REFUSED(vhangup);
    REFUSED(get_mempolicy); REFUSED(set_mempolicy);
    refused(425, "io_uring_setup", EPERM);
    refused(426, "io_uring_enter", EPERM);
    refused(427, "io_uring_register", EPERM);
    refused(428, "open_tree", EPERM);
    refused(429, "move_mount", EPERM);
    refused(430, "fsopen", EPERM);
    refused(431, "fsconfig", EPERM);
    refused(432, "fsmount", EPERM);
    refused(433, "fspick", EPERM);
    refused(438, "pidfd_getfd", EPERM);
    refused(440, "process_madvise", EPERM);
    refused(442, "mount_setattr", EPERM);
    refused(435, "clone3", ENOSYS);
    refused(600, "what no kernel has yet", ENOSYS);
#ifdef __x86_64__
    REFUSED(iopl); REFUSED(ioperm); REFUSED(modify_ldt); REFUSED(uselib); REFUSED(ustat); REFUSED(kexec_file_load);
    check(ending_of(call_32) == SIGSYS, "calls of 32 bits end the process", "%d", ending_of(call_32));
    check(ending_of(call_x32) == SIGSYS, "calls of x32 end the process", "%d", ending_of(call_x32));
#endif
    static const struct { long flag; const char *name; } kinds[] =
        {{CLONE_NEWNS, "clone with NEWNS"}, {CLONE_NEWCGROUP, "clone with NEWCGROUP"}, {CLONE_NEWUTS, "clone with NEWUTS"}, {CLONE_NEWIPC, "clone with NEWIPC"},
         {CLONE_NEWUSER, "clone with NEWUSER"}, {CLONE_NEWPID, "clone with NEWPID"}, {CLONE_NEWNET, "clone with NEWNET"}, {CLONE_NEWUSER | CLONE_NEWNS, "clone with several"}};
    for (int i = 0; i < 8; i++)
    {
        long result = syscall(SYS_clone, kinds[i].flag | SIGCHLD, 0, 0, 0, 0);
        if (result == 0) _exit(0);
        check(result == -1 && errno == EPERM, kinds[i].name, "%ld %d", result, errno);
    }
    static const struct { long family, protocol; int error; const char *name; } sockets[] =
        {{38, 0, EPERM, "AF_ALG"}, {40, 0, EPERM, "AF_VSOCK"}, {17, 0, EPERM, "AF_PACKET"}, {0x100000026, 0, 0, "AF_ALG behind more bits"},
         {0x100000028, 0, 0, "AF_VSOCK behind more bits"}, {16, 9, EPROTONOSUPPORT, "NETLINK_AUDIT"}, {16, 12, EPROTONOSUPPORT, "NETLINK_NETFILTER"},
         {16, 0x100000000, EPROTONOSUPPORT, "NETLINK_ROUTE behind more bits"}, {30, 0, 0, "AF_TIPC"}, {29, 0, 0, "AF_CAN"}, {21, 0, 0, "AF_RDS"}, {44, 0, 0, "AF_XDP"}};
    for (unsigned i = 0; i < sizeof sockets / sizeof *sockets; i++)
    {
        long result = syscall(SYS_socket, sockets[i].family, (long)SOCK_DGRAM, sockets[i].protocol);
        check(result == -1 && (!sockets[i].error || errno == sockets[i].error), sockets[i].name, "%ld %d", result, errno);
    }
    check(socket(AF_INET, SOCK_STREAM, 0) >= 0 && socket(AF_INET6, SOCK_DGRAM, 0) >= 0 && socket(AF_UNIX, SOCK_STREAM, 0) >= 0, "ordinary sockets can be made", "%d", errno);
    check(socket(AF_NETLINK, SOCK_RAW, 0) >= 0, "interfaces can be listed", "%d", errno);
    int pair[2];
    check(socketpair(30, SOCK_STREAM, 0, pair) < 0, "no pair but of AF_UNIX", "there is");
    check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "a pair of AF_UNIX", "%d", errno);
    check(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) < 0 && errno == EPERM, "no raw sockets", "%d", errno);
}

static int try_connect(const char *address, int port)
{
    int wire = socket(AF_INET, SOCK_STREAM, 0);
    struct timeval patience = {2, 0};
    setsockopt(wire, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, address, &to.sin_addr);
    int error = connect(wire, (struct sockaddr *)&to, sizeof to) ? errno : 0;
    close(wire);
    return error;
}

static void network(int port, const char *abstract)
{
    int error;
    error = try_connect("127.0.0.1", port);
    check(error == ECONNREFUSED || error == ENETUNREACH, "the host's loopback is out of reach", "%d", error);
    static const char *const services[] = {"169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192"};
    for (int i = 0; i < 4; i++)
    {
        error = try_connect(services[i], 80);
        check(error == EHOSTUNREACH || error == ENETUNREACH, services[i], "%d", error);
    }
    int wire = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    strcpy(to.sun_path + 1, abstract);
    socklen_t length = offsetof(struct sockaddr_un, sun_path) + 1 + strlen(abstract);
    error = connect(wire, (struct sockaddr *)&to, length) ? errno : 0;
    check(error == ECONNREFUSED, "abstract sockets of the host are out of reach", "%d", error);
    int server = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in low = {.sin_family = AF_INET, .sin_port = htons(80)};
    check(bind(server, (struct sockaddr *)&low, sizeof low) == 0, "a low port can be served", "%d", errno);
    int packet = socket(AF_NETLINK, SOCK_RAW, 0);
    struct { uint32_t length; uint16_t type, flags; uint32_t sequence, port; unsigned char family, prefix, source, tos, table, protocol, scope, kind; uint32_t more; } route =
        {28, 25, 5, 1, 0, AF_INET, 16, 0, 0, 254, 0, 255, 7, 0};
    send(packet, &route, 28, 0);
    struct { uint32_t head[4]; int error; char rest[512]; } answer = {{0}, 0, ""};
    recv(packet, &answer, sizeof answer, 0);
    check(answer.error == -EPERM, "what is blocked cannot be unblocked", "%d", answer.error);
}

static int connect_unix(const char *path)
{
    int wire = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    strncpy(to.sun_path, path, sizeof to.sun_path - 1);
    return connect(wire, (struct sockaddr *)&to, sizeof to) ? errno : 0;
}

int main(int count, char **arguments)
{
    if (count == 3 && !strcmp(arguments[1], "connect")) return connect_unix(arguments[2]);
    if (count != 11) return 2;
    surroundings(arguments[9]);
    namespaces(arguments + 1);
    identity(arguments[10]);
    files();
    calls();
    network(atoi(arguments[7]), arguments[8]);
    return 0;
}
