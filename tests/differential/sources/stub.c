/* What libone.so, libtwo.so and libplain.so provide: each can stand for the others. */
int one(void) { return 1; }
int first(void) { return 1; }
int second(void) { return 2; }
