/* A library that defines versions of its own symbols. */
#include <string.h>

int first(void) { return 1; }
int second(void) { return (int)strlen("second"); }
int old_third(void) { return 2; }
int new_third(void) { return 3; }
__asm__(".symver old_third, third@STUB_1");
__asm__(".symver new_third, third@@STUB_2");
int PyInit_module(void) { return first() + second(); }
