/* An extension module that needs versions of three libraries, one of them from its own wheel. */
#include <math.h>
#include <string.h>

extern int first(void);
extern int second(void);

int PyInit_module(void) {
    return (int)pow(first(), second()) + (int)exp(second()) + (int)strlen("module");
}
