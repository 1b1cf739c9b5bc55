# cython: language_level=3
from cpython.buffer cimport PyBUF_WRITABLE, Py_buffer, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.unicode cimport PyUnicode_AsUTF8AndSize
from libc.stdint cimport int64_t, uint8_t, uint64_t


cdef extern from "bodies.h":
    ctypedef struct division:
        int64_t quotient
        int64_t remainder
        int error

    void body_nothing()
    int64_t body_increment(int64_t a)
    int64_t body_add(int64_t a, int64_t b)
    double body_mul(double a, double b)
    int64_t body_sum8(
        int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g, int64_t h
    )
    bint body_negate(bint value)
    int64_t body_length(const char *text, size_t size)
    const char *body_greeting()
    uint64_t body_bytesum(const uint8_t *data, size_t size)
    uint64_t body_fill(uint8_t *data, size_t size, uint8_t value)
    division body_divide(int64_t a, int64_t b)


def nothing():
    body_nothing()


def increment(int64_t a):
    return body_increment(a)


def add(int64_t a, int64_t b):
    return body_add(a, b)


def add_keywords(int64_t a, int64_t b):
    return body_add(a, b)


def mul(double a, double b):
    return body_mul(a, b)


def sum8(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g, int64_t h):
    return body_sum8(a, b, c, d, e, f, g, h)


def negate(bint value):
    return body_negate(value)


def length(str text):
    cdef Py_ssize_t size
    cdef const char *data = PyUnicode_AsUTF8AndSize(text, &size)
    return body_length(data, <size_t>size)


def greeting():
    return body_greeting().decode("utf-8")


def bytesum(bytes data not None):
    return body_bytesum(<const uint8_t *>PyBytes_AS_STRING(data), <size_t>PyBytes_GET_SIZE(data))


def fill(buffer, uint8_t value):
    cdef Py_buffer view
    PyObject_GetBuffer(buffer, &view, PyBUF_WRITABLE)
    cdef uint64_t filled = body_fill(<uint8_t *>view.buf, <size_t>view.len, value)
    PyBuffer_Release(&view)
    return filled


def divide(int64_t a, int64_t b):
    cdef division result = body_divide(a, b)
    if result.error == 1:
        raise ZeroDivisionError("DivisionByZero")
    if result.error == 2:
        raise OverflowError("Overflow")
    return result.quotient, result.remainder
