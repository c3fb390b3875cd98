/* A program that needs a library of its own wheel. Its exit status says that it ran. */
#include <string.h>

extern int one(void);
extern int absent(void) __attribute__((weak));
#define NAME(symbol, name) extern int symbol(void) __asm__(name) __attribute__((weak));
NAME(a, "libtwo.so")
NAME(b, "libabsent.so")
NAME(c, "GLIBC_2.99")
int (*names[])(void) = {a, b, c};

static int numbers[8];
int *pointers[] = {numbers, numbers + 1, numbers + 2, numbers + 3};

int main(int count, char **words) {
    return (int)strlen(words[0]) > 0 && one() == 1 && pointers[3] == numbers + 3 && count ? 42 : 43;
}
