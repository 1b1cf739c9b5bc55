/* What the functions of zig/containers.zig give. */
#ifndef CONTAINERS_H
#define CONTAINERS_H

#include <stdint.h>
#include <stdio.h>

#define FLOATS 100000
#define TEXTS 1000

static double floats[FLOATS];
static int64_t ints[FLOATS];
static char texts[TEXTS][16];

static void fill(void) {
    for (int64_t index = 0; index < FLOATS; index++) {
        floats[index] = (double)index + 0.5;
        ints[index] = index * 7;
    }
    for (int index = 0; index < TEXTS; index++) snprintf(texts[index], sizeof texts[index], "text%d", index);
}

#endif
