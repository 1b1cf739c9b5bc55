# cython: language_level=3
from libc.math cimport sqrt
from libc.stdint cimport int64_t


cdef class P:
    cdef public double x, y
    cdef public int64_t n

    def __cinit__(self, double x=0, double y=0, int64_t n=0):
        self.x = x
        self.y = y
        self.n = n

    def norm(self):
        return sqrt(self.x * self.x + self.y * self.y)

    def move(self, double dx, double dy):
        self.x += dx
        self.y += dy

    def __len__(self):
        return 3

    def __getitem__(self, Py_ssize_t index):
        if index == 0:
            return self.x
        if index == 1:
            return self.y
        if index == 2:
            return <double>self.n
        raise IndexError("there are three items")

    def __add__(P self, P other):
        return P(self.x + other.x, self.y + other.y, self.n + other.n)

    def __reduce__(self):
        return P, (self.x, self.y, self.n)
