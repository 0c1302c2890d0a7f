// Asks the agent of SSH_AUTH_SOCK for its keys, for a signature by each of them and by another key, and to forget them. Prints how often it did.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static unsigned char message[1 << 16];

static unsigned take(const unsigned char *p) { return (unsigned)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]; }

static unsigned char *put(unsigned char *p, const void *bytes, unsigned length) {
    p[0] = length >> 24, p[1] = length >> 16, p[2] = length >> 8, p[3] = length;
    memcpy(p + 4, bytes, length);
    return p + 4 + length;
}

static void fill(int fd, unsigned char *p, unsigned length) {
    for (ssize_t got; length > 0; p += got, length -= got)
        if ((got = read(fd, p, length)) <= 0) exit(3);
}

// Sends a message; its answer is in 'message', and its type is returned.
static int ask(int fd, const unsigned char *body, unsigned length) {
    unsigned char out[1 << 12];
    put(out, body, length);
    if (write(fd, out, length + 4) != length + 4) exit(4);
    fill(fd, message, 4);
    unsigned answer = take(message);
    if (answer < 1 || answer > sizeof message) exit(5);
    fill(fd, message, answer);
    return message[0];
}

static int sign(int fd, const unsigned char *key, unsigned length) {
    unsigned char body[1 << 11] = {13};
    unsigned char *end = put(put(body + 1, key, length), "data", 4);
    return ask(fd, body, end + 4 - body) == 14;
}

int main(void) {
    struct sockaddr_un address = {AF_UNIX, ""};
    strncpy(address.sun_path, getenv("SSH_AUTH_SOCK"), sizeof address.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) return 2;
    if (ask(fd, (unsigned char[]){11}, 1) != 12) return 6;
    unsigned char keys[1 << 12];
    memcpy(keys, message, sizeof keys);
    unsigned count = take(keys + 1), done = 0;
    for (unsigned char *p = keys + 5, i = 0; i < count; i++) {
        done += sign(fd, p + 4, take(p));
        p += 4 + take(p);
        p += 4 + take(p);
    }
    unsigned char other[51];
    memcpy(other, keys + 9, sizeof other);
    other[50] ^= 1;
    printf("%u keys, %u signatures, %d by another, %d times forgotten\n", count, done, sign(fd, other, sizeof other), ask(fd, (unsigned char[]){19}, 1) != 5);
    return 0;
}
