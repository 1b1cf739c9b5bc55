/* The bodies as a plain shared library, for ctypes and cffi's ABI mode. */
#define BODY
#include "bodies.h"
