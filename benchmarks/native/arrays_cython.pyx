# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
cimport cython
from libc.math cimport sqrt

import numpy as np


cdef packed struct Weight:
    double x
    double y


def total(const double[::1] values):
    cdef double result = 0
    cdef Py_ssize_t i
    for i in range(values.shape[0]):
        result += values[i]
    return result


def total_of_rows(const double[:, :] values):
    cdef double result = 0
    cdef Py_ssize_t i, j
    for i in range(values.shape[0]):
        for j in range(values.shape[1]):
            result += values[i, j]
    return result


def total_of_each(const double[:] values):
    cdef double result = 0
    cdef Py_ssize_t i
    for i in range(values.shape[0]):
        result += values[i]
    return result


def weighed(const Weight[::1] values):
    cdef double result = 0
    cdef Py_ssize_t i
    for i in range(values.shape[0]):
        result += values[i].x * values[i].y
    return result


def doubled(const double[::1] values):
    made = np.empty(values.shape[0])
    cdef double[::1] target = made
    cdef Py_ssize_t i
    for i in range(values.shape[0]):
        target[i] = 2 * values[i]
    return made


def doubled_list(list values):
    cdef double value
    return [2 * value for value in values]


@cython.ufunc
cdef double length(double x, double y):
    return sqrt(x * x + y * y)
