# distutils: language = c++
# cython: language_level=3, c_string_type=str, c_string_encoding=utf-8
from cython.operator cimport dereference, preincrement
from libc.stdint cimport int64_t
from libcpp.string cimport string
from libcpp.unordered_map cimport unordered_map
from libcpp.vector cimport vector

import enum

cdef struct InnerValue:
    double x
    int64_t n


class Color(enum.IntEnum):
    red = 0
    green = 1
    blue = 2


cdef tuple colors = tuple(Color)


cdef class Inner:
    """Has its value in itself, or is a part of another object, which it then keeps."""
    cdef InnerValue own
    cdef InnerValue *at
    cdef object owner

    def __cinit__(self, double x=0, int64_t n=0):
        self.own = InnerValue(x, n)
        self.at = &self.own

    @property
    def x(self):
        return self.at.x

    @x.setter
    def x(self, double value):
        self.at.x = value

    @property
    def n(self):
        return self.at.n

    @n.setter
    def n(self, int64_t value):
        self.at.n = value


cdef Inner inner_in(InnerValue *at, object owner):
    cdef Inner inner = Inner.__new__(Inner)
    inner.at = at
    inner.owner = owner
    return inner


cdef class Doubles:
    cdef vector[double] *items
    cdef object owner

    def __len__(self):
        return self.items.size()

    def __getitem__(self, Py_ssize_t index):
        return self.items[0][self.place(index)]

    def __setitem__(self, Py_ssize_t index, double value):
        self.items[0][self.place(index)] = value

    cdef Py_ssize_t place(self, Py_ssize_t index) except -1:
        if index < 0:
            index += <Py_ssize_t>self.items.size()
        if index < 0 or index >= <Py_ssize_t>self.items.size():
            raise IndexError("list index out of range")
        return index

    def __iter__(self):
        cdef size_t index = 0
        while index < self.items.size():
            yield self.items[0][index]
            index += 1

    def append(self, double value):
        self.items.push_back(value)


cdef class Texts:
    cdef vector[string] *items
    cdef object owner

    def __len__(self):
        return self.items.size()

    def __getitem__(self, Py_ssize_t index):
        return self.items[0][self.place(index)]

    def __setitem__(self, Py_ssize_t index, str value):
        self.items[0][self.place(index)] = value

    cdef Py_ssize_t place(self, Py_ssize_t index) except -1:
        if index < 0:
            index += <Py_ssize_t>self.items.size()
        if index < 0 or index >= <Py_ssize_t>self.items.size():
            raise IndexError("list index out of range")
        return index

    def __iter__(self):
        cdef size_t index = 0
        while index < self.items.size():
            yield self.items[0][index]
            index += 1

    def append(self, str value):
        self.items.push_back(value)


cdef class Inners:
    cdef vector[InnerValue] *items
    cdef object owner

    def __len__(self):
        return self.items.size()

    def __getitem__(self, Py_ssize_t index):
        return inner_in(&self.items[0][self.place(index)], self.owner)

    def __setitem__(self, Py_ssize_t index, Inner value not None):
        self.items[0][self.place(index)] = value.at[0]

    cdef Py_ssize_t place(self, Py_ssize_t index) except -1:
        if index < 0:
            index += <Py_ssize_t>self.items.size()
        if index < 0 or index >= <Py_ssize_t>self.items.size():
            raise IndexError("list index out of range")
        return index

    def __iter__(self):
        cdef size_t index = 0
        while index < self.items.size():
            yield inner_in(&self.items[0][index], self.owner)
            index += 1

    def append(self, Inner value not None):
        self.items.push_back(value.at[0])


cdef class DoubleMap:
    cdef unordered_map[string, double] *items
    cdef object owner

    def __len__(self):
        return self.items.size()

    def __getitem__(self, str key):
        found = self.items.find(key)
        if found == self.items.end():
            raise KeyError(key)
        return dereference(found).second

    def __setitem__(self, str key, double value):
        self.items[0][key] = value

    def __iter__(self):
        at = self.items.begin()
        while at != self.items.end():
            yield <str>dereference(at).first
            preincrement(at)


cdef class TextMap:
    cdef unordered_map[string, string] *items
    cdef object owner

    def __len__(self):
        return self.items.size()

    def __getitem__(self, str key):
        found = self.items.find(key)
        if found == self.items.end():
            raise KeyError(key)
        return <str>dereference(found).second

    def __setitem__(self, str key, str value):
        self.items[0][key] = <string>value

    def __iter__(self):
        at = self.items.begin()
        while at != self.items.end():
            yield <str>dereference(at).first
            preincrement(at)


cdef class InnerMap:
    cdef unordered_map[string, InnerValue] *items
    cdef object owner

    def __len__(self):
        return self.items.size()

    def __getitem__(self, str key):
        found = self.items.find(key)
        if found == self.items.end():
            raise KeyError(key)
        return inner_in(&dereference(found).second, self.owner)

    def __setitem__(self, str key, Inner value not None):
        self.items[0][key] = value.at[0]

    def __iter__(self):
        at = self.items.begin()
        while at != self.items.end():
            yield <str>dereference(at).first
            preincrement(at)


cdef class Fields:
    cdef public string text
    cdef bint has
    cdef double number
    cdef InnerValue inner_value
    cdef int color_value
    cdef vector[double] numbers

    @property
    def maybe(self):
        return self.number if self.has else None

    @maybe.setter
    def maybe(self, value):
        self.has = value is not None
        if value is not None:
            self.number = value

    @property
    def inner(self):
        return inner_in(&self.inner_value, self)

    @inner.setter
    def inner(self, Inner value not None):
        self.inner_value = value.at[0]

    @property
    def color(self):
        return colors[self.color_value]

    @color.setter
    def color(self, value):
        self.color_value = value

    @property
    def items(self):
        cdef Doubles view = Doubles.__new__(Doubles)
        view.items = &self.numbers
        view.owner = self
        return view


cdef class Value:
    cdef public double number
    cdef public int64_t n

    def __cinit__(self, double number=0, int64_t n=0):
        self.number = number
        self.n = n

    @staticmethod
    def twice(double x):
        return x * 2

    @classmethod
    def of(cls, double x):
        return cls(x)

    def apply(self, f):
        cdef double result = f(self.number)
        return result

    def __eq__(self, other):
        if not isinstance(other, Value):
            return NotImplemented
        return self.number == (<Value>other).number and self.n == (<Value>other).n

    def __lt__(self, Value other):
        return self.number < other.number

    def __hash__(self):
        return self.n

    def __repr__(self):
        return f"Value(number={self.number!r}, n={self.n})"

    def __contains__(self, double x):
        return x < self.number

    def __call__(self, double x):
        return self.number * x


cdef class Counter:
    cdef int64_t left

    def __cinit__(self, int64_t left):
        self.left = left

    def __iter__(self):
        return Counter(self.left)

    def __next__(self):
        if self.left == 0:
            raise StopIteration
        self.left -= 1
        return self.left


cdef class Resource:
    cdef int64_t number

    def __cinit__(self, int64_t number):
        self.number = number

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.number = 0


cdef class Lists:
    cdef vector[double] number_items
    cdef vector[string] text_items
    cdef vector[InnerValue] inner_items

    @property
    def numbers(self):
        cdef Doubles view = Doubles.__new__(Doubles)
        view.items = &self.number_items
        view.owner = self
        return view

    @property
    def texts(self):
        cdef Texts view = Texts.__new__(Texts)
        view.items = &self.text_items
        view.owner = self
        return view

    @property
    def structs(self):
        cdef Inners view = Inners.__new__(Inners)
        view.items = &self.inner_items
        view.owner = self
        return view


cdef class Maps:
    cdef unordered_map[string, double] number_items
    cdef unordered_map[string, string] text_items
    cdef unordered_map[string, InnerValue] inner_items

    @property
    def numbers(self):
        cdef DoubleMap view = DoubleMap.__new__(DoubleMap)
        view.items = &self.number_items
        view.owner = self
        return view

    @property
    def texts(self):
        cdef TextMap view = TextMap.__new__(TextMap)
        view.items = &self.text_items
        view.owner = self
        return view

    @property
    def structs(self):
        cdef InnerMap view = InnerMap.__new__(InnerMap)
        view.items = &self.inner_items
        view.owner = self
        return view


cdef class Big:
    cdef vector[double] values
    cdef int64_t bumps

    def __cinit__(self, list values):
        self.values = values

    def bump(self):
        self.values[0] += 1
        self.bumps += 1
        return self.bumps
