/* An extension module: it needs Python, the C library, and a library of its own wheel. */
#include <string.h>

extern int PyModule_Create2(void *, int);
extern int one(void);
extern int absent(void) __attribute__((weak));

/* Names that changed offsets may point to. Nothing needs to define them, because they are weak. */
#define NAME(symbol, name) extern int symbol(void) __asm__(name) __attribute__((weak));
NAME(a, "libtwo.so")
NAME(b, "libabsent.so")
NAME(c, "GLIBC_2.99")
NAME(d, "PyInit_hidden")
NAME(e, "$ORIGIN")
int (*names[])(void) = {a, b, c, d, e};

static int numbers[8];
int *pointers[] = {numbers, numbers + 1, numbers + 2, numbers + 3};
#ifdef THREADS
__thread int counter = 7;
#endif

__attribute__((constructor)) static void start(void) {
    *pointers[1] = 1;
}

int PyInit_module(void) {
    return PyModule_Create2(0, 1013) + one() + (absent ? absent() : 0) + (int)strlen((char *)pointers[1]);
}

int PyInit_second(void) {
#ifdef THREADS
    return counter++;
#else
    return 0;
#endif
}
