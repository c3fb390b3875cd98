#include <math.h>
#include <stdio.h>
extern int missing(void) __attribute__((weak));
extern int PyModule_Create2(void *, int);
double half(double x) { return missing ? pow(x, .5) : 0; }
int say(const char *text) { return puts(text); }
int PyInit_demo(void) { return PyModule_Create2(0, 1013); }
