#define VERSION "2.0"
