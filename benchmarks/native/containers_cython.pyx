# distutils: language = c++
# cython: language_level=3, c_string_type=str, c_string_encoding=utf-8
from libc.stdint cimport int64_t
from libcpp.string cimport string
from libcpp.unordered_map cimport unordered_map
from libcpp.utility cimport pair
from libcpp.vector cimport vector

cdef extern from "containers.h":
    double floats[100000]
    int64_t ints[100000]
    char texts[1000][16]
    void fill()

cdef struct Record:
    double x
    double y
    int64_t n

ctypedef pair[int64_t, double] Pair

cdef unordered_map[string, double] numbers


def prepare():
    fill()
    for index in range(1000):
        numbers[<string>texts[index]] = floats[index]


cdef class Point:
    cdef public double x, y
    cdef public int64_t n

    def __cinit__(self, double x=0, double y=0, int64_t n=0):
        self.x = x
        self.y = y
        self.n = n


def sum_floats(vector[double] values):
    cdef double total = 0
    cdef double value
    for value in values:
        total += value
    return total


def sum_ints(vector[int64_t] values):
    cdef int64_t total = 0
    cdef int64_t value
    for value in values:
        total += value
    return total


def sum_texts(vector[string] values):
    cdef int64_t total = 0
    cdef size_t index
    for index in range(values.size()):
        total += values[index].size()
    return total


def sum_points(values):
    cdef vector[Record] taken
    cdef Point point
    for point in values:
        taken.push_back(Record(point.x, point.y, point.n))
    cdef double total = 0
    cdef size_t index
    for index in range(taken.size()):
        total += taken[index].x
    return total


def sum_records(vector[Record] values):
    cdef double total = 0
    cdef size_t index
    for index in range(values.size()):
        total += values[index].x
    return total


def sum_pairs(vector[Pair] values):
    cdef double total = 0
    cdef size_t index
    for index in range(values.size()):
        total += values[index].second
    return total


def sum_lists(vector[vector[double]] values):
    cdef double total = 0
    cdef size_t index, at
    for index in range(values.size()):
        for at in range(values[index].size()):
            total += values[index][at]
    return total


def sum_dict(unordered_map[string, double] values):
    cdef double total = 0
    for entry in values:
        total += entry.second
    return total


def third(vector[double] values):
    return values[2]


def make_floats(size_t n):
    return [floats[index] for index in range(n)]


def make_ints(size_t n):
    return [ints[index] for index in range(n)]


def make_texts(size_t n):
    return [<str>texts[index] for index in range(n)]


def make_points(size_t n):
    return [Point(floats[index], floats[index], ints[index]) for index in range(n)]


def make_records(size_t n):
    cdef Record record
    cdef list made = []
    cdef size_t index
    for index in range(n):
        record = Record(floats[index], floats[index], ints[index])
        made.append(record)
    return made


def make_pairs(size_t n):
    return [(ints[index], floats[index]) for index in range(n)]


def make_pair():
    return (ints[300], floats[300])


def make_dict():
    return numbers
