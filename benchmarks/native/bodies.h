/* What the measured functions do, the same for every peer. zig/rows.zig has it in Zig.
   BODY is `static inline`, except in the shared library for ctypes and cffi's ABI mode. */
#ifndef BODIES_H
#define BODIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifndef BODY
#define BODY static inline
#endif

typedef struct {
    int64_t quotient, remainder;
    int error; /* 0, 1: division by zero, 2: overflow */
} division;

BODY void body_nothing(void) {}

BODY int64_t body_increment(int64_t a) { return (int64_t)((uint64_t)a + 1); }

BODY int64_t body_add(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }

BODY double body_mul(double a, double b) { return a * b; }

BODY int64_t body_sum8(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g, int64_t h) {
    return (int64_t)((uint64_t)a + (uint64_t)b + (uint64_t)c + (uint64_t)d + (uint64_t)e + (uint64_t)f + (uint64_t)g +
                     (uint64_t)h);
}

BODY bool body_negate(bool value) { return !value; }

BODY int64_t body_length(const char *text, size_t size) {
    (void)text;
    return (int64_t)size;
}

BODY const char *body_greeting(void) { return "hello from the other side"; }

BODY uint64_t body_bytesum(const uint8_t *data, size_t size) {
    uint64_t sum = 0;
    for (size_t index = 0; index < size; index++) sum += data[index];
    return sum;
}

BODY uint64_t body_fill(uint8_t *data, size_t size, uint8_t value) {
    if (size > 0) memset(data, value, size);
    return size;
}

BODY division body_divide(int64_t a, int64_t b) {
    division result = {0, 0, 0};
    if (b == 0)
        result.error = 1;
    else if (a == INT64_MIN && b == -1)
        result.error = 2;
    else {
        result.quotient = a / b;
        result.remainder = a % b;
    }
    return result;
}

BODY uint64_t body_spin(uint64_t turns) {
    uint64_t value = 88172645463325252u;
    while (turns-- > 0) {
        value ^= value << 13;
        value ^= value >> 7;
        value ^= value << 17;
    }
    return value;
}

#endif
