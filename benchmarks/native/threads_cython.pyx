# cython: language_level=3
from libc.stdint cimport uint64_t


cdef extern from "bodies.h":
    uint64_t body_spin(uint64_t turns) nogil


def spin(uint64_t turns):
    cdef uint64_t value
    with nogil:
        value = body_spin(turns)
    return value
