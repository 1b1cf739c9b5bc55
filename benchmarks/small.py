"""Sources of two small modules, the same for each peer: one function, and 17 small structs."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["FUNCTION", "FUNCTION_STEM", "STRUCTS", "STRUCTS_STEM", "Source"]

Source = Callable[[], str]

COUNT = 17
FUNCTION_STEM, STRUCTS_STEM = "one", "small"

ZIG_STRUCT = """\
pub const S{i} = struct {{
    a: f64 = 0,
    b: f64 = 0,
    n: i64 = {i},
    on: bool = false,

    pub fn total(self: *const S{i}) f64 {{
        return self.a + self.b * {i};
    }}

    pub fn add(self: *S{i}, a: f64, b: f64) void {{
        self.a += a;
        self.b += b;
    }}
}};
"""

CYTHON_STRUCT = """\
cdef class S{i}:
    cdef public double a, b
    cdef public int64_t n
    cdef public bint on

    def __cinit__(self, double a=0, double b=0, int64_t n={i}, bint on=False):
        self.a = a
        self.b = b
        self.n = n
        self.on = on

    def total(self):
        return self.a + self.b * {i}

    def add(self, double a, double b):
        self.a += a
        self.b += b
"""

MYPYC_STRUCT = """\
class S{i}:
    def __init__(self, a: float = 0.0, b: float = 0.0, n: i64 = {i}, on: bool = False) -> None:
        self.a = a
        self.b = b
        self.n: i64 = n
        self.on = on

    def total(self) -> float:
        return self.a + self.b * {i}

    def add(self, a: float, b: float) -> None:
        self.a += a
        self.b += b
"""

CPP_STRUCT = """\
struct S{i} {{
    double a, b;
    int64_t n;
    bool on;
    double total() const {{ return a + b * {i}; }}
    void add(double by, double other) {{ a += by; b += other; }}
}};
"""

NANOBIND_CLASS = """\
    nb::class_<S{i}>(m, "S{i}")
        .def("__init__", [](S{i} *s, double a, double b, int64_t n, bool on) {{ new (s) S{i}{{a, b, n, on}}; }},
             "a"_a = 0.0, "b"_a = 0.0, "n"_a = {i}, "on"_a = false)
        .def_rw("a", &S{i}::a).def_rw("b", &S{i}::b).def_rw("n", &S{i}::n).def_rw("on", &S{i}::on)
        .def("total", &S{i}::total).def("add", &S{i}::add, "a"_a, "b"_a);
"""

PYBIND11_CLASS = """\
    py::class_<S{i}>(m, "S{i}")
        .def(py::init([](double a, double b, int64_t n, bool on) {{ return S{i}{{a, b, n, on}}; }}),
             "a"_a = 0.0, "b"_a = 0.0, "n"_a = {i}, "on"_a = false)
        .def_readwrite("a", &S{i}::a).def_readwrite("b", &S{i}::b).def_readwrite("n", &S{i}::n)
        .def_readwrite("on", &S{i}::on)
        .def("total", &S{i}::total).def("add", &S{i}::add, "a"_a, "b"_a);
"""

C_STRUCT = """\
typedef struct {{
    PyObject_HEAD
    double a, b;
    int64_t n;
    char on;
}} S{i};
static PyTypeObject *S{i}_type;
static PyObject *S{i}_call(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames) {{
    PyObject *given[4] = {{NULL}};
    if (take_arguments("S{i}()", names, 4, args, PyVectorcall_NARGS(nargsf), kwnames, given) < 0) return NULL;
    double a = 0, b = 0;
    int64_t n = {i};
    int on = 0;
    if (given[0]) GET_DOUBLE(a, given[0], NULL);
    if (given[1]) GET_DOUBLE(b, given[1], NULL);
    if (given[2]) GET_INT(n, given[2], NULL);
    if (given[3] && (on = PyObject_IsTrue(given[3])) < 0) return NULL;
    S{i} *self = allocate((PyTypeObject *)type);
    if (self == NULL) return NULL;
    self->a = a;
    self->b = b;
    self->n = n;
    self->on = (char)on;
    return (PyObject *)self;
}}
static PyObject *S{i}_total(S{i} *self, PyObject *unused) {{ return PyFloat_FromDouble(self->a + self->b * {i}); }}
static PyObject *S{i}_add(S{i} *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames) {{
    PyObject *given[2] = {{NULL, NULL}};
    if (take_arguments("add()", names, 2, args, nargs, kwnames, given) < 0) return NULL;
    if (given[0] == NULL || given[1] == NULL) return PyErr_Format(PyExc_TypeError, "add() takes a and b");
    double a, b;
    GET_DOUBLE(a, given[0], NULL);
    GET_DOUBLE(b, given[1], NULL);
    self->a += a;
    self->b += b;
    Py_RETURN_NONE;
}}
static PyMemberDef S{i}_members[] = {{
    {{"a", T_DOUBLE, offsetof(S{i}, a)}}, {{"b", T_DOUBLE, offsetof(S{i}, b)}},
    {{"n", T_LONGLONG, offsetof(S{i}, n)}}, {{"on", T_BOOL, offsetof(S{i}, on)}}, {{NULL}}}};
static PyMethodDef S{i}_methods[] = {{{{"total", FUNCTION(S{i}_total), METH_NOARGS, NULL}},
    {{"add", FUNCTION(S{i}_add), METH_FASTCALL | METH_KEYWORDS, NULL}}, {{NULL}}}};
static PyType_Slot S{i}_slots[] = {{
    {{Py_tp_dealloc, object_free}}, {{Py_tp_members, S{i}_members}}, {{Py_tp_methods, S{i}_methods}}, {{0, NULL}}}};
static PyType_Spec S{i}_spec = {{
    .name = "small_c.S{i}", .basicsize = sizeof(S{i}), .flags = Py_TPFLAGS_DEFAULT, .slots = S{i}_slots}};
"""

C_MODULE = """\
static PyMethodDef functions[] = {{MARK, {{NULL}}}};
static struct PyModuleDef module = {{
    PyModuleDef_HEAD_INIT, .m_name = "small_c", .m_size = -1, .m_methods = functions}};
PyMODINIT_FUNC PyInit_small_c(void) {{
    const char *texts[] = {{"a", "b", "n", "on"}};
    for (int index = 0; index < 4; index++) names[index] = PyUnicode_InternFromString(texts[index]);
    PyObject *self = PyModule_Create(&module);
    if (self == NULL) return NULL;
{made}
    return self;
}}
"""


def each(text: str) -> str:
    return "\n".join(text.format(i=index) for index in range(COUNT))


def c_structs() -> str:
    made = each("    if ((S{i}_type = make_type(self, &S{i}_spec, S{i}_call)) == NULL) return NULL;")
    return '#include "object.h"\nstatic PyObject *names[4];\n' + each(C_STRUCT) + C_MODULE.format(made=made)


NANOBIND = (
    "#include <nanobind/nanobind.h>\n#include <cstdint>\nnamespace nb = nanobind;\nusing namespace nb::literals;\n"
    "{structs}\nNB_MODULE({name}, m) {{\n{classes}}}\n"
)
PYBIND11 = (
    "#include <pybind11/pybind11.h>\n#include <cstdint>\nnamespace py = pybind11;\nusing namespace py::literals;\n"
    "{structs}\nPYBIND11_MODULE({name}, m) {{\n{classes}}}\n"
)

STRUCTS: dict[str, Source] = {
    "direct": lambda: each(ZIG_STRUCT),
    "c": c_structs,
    "cython": lambda: "# cython: language_level=3\nfrom libc.stdint cimport int64_t\n\n" + each(CYTHON_STRUCT),
    "mypyc": lambda: "from mypy_extensions import i64\n\n" + each(MYPYC_STRUCT),
    "nanobind": lambda: NANOBIND.format(name="small_nanobind", structs=each(CPP_STRUCT), classes=each(NANOBIND_CLASS)),
    "pybind11": lambda: PYBIND11.format(name="small_pybind11", structs=each(CPP_STRUCT), classes=each(PYBIND11_CLASS)),
}
"""Column → the source of 17 structs."""

ADD = '    m.def("add", [](int64_t a, int64_t b) { return a + b; }, "a"_a, "b"_a);\n'

FUNCTION: dict[str, Source] = {
    "direct": lambda: "pub fn add(a: i64, b: i64) i64 {\n    return a +% b;\n}\n",
    "c": lambda: (
        '#include "object.h"\n'
        "static PyObject *add(PyObject *self, PyObject *const *args, Py_ssize_t nargs) {\n"
        '    if (nargs != 2) return PyErr_Format(PyExc_TypeError, "add() takes two arguments");\n'
        "    long long a, b;\n    GET_INT(a, args[0], NULL);\n    GET_INT(b, args[1], NULL);\n"
        "    return PyLong_FromLongLong(a + b);\n}\n"
        'static PyMethodDef functions[] = {{"add", FUNCTION(add), METH_FASTCALL, NULL}, MARK, {NULL}};\n'
        "static struct PyModuleDef module = {\n"
        '    PyModuleDef_HEAD_INIT, .m_name = "one_c", .m_size = -1, .m_methods = functions};\n'
        "PyMODINIT_FUNC PyInit_one_c(void) { return PyModule_Create(&module); }\n"
    ),
    "cython": lambda: (
        "# cython: language_level=3\nfrom libc.stdint cimport int64_t\n\n\n"
        "def add(int64_t a, int64_t b):\n    return a + b\n"
    ),
    "mypyc": lambda: "from mypy_extensions import i64\n\n\ndef add(a: i64, b: i64) -> i64:\n    return a + b\n",
    "nanobind": lambda: NANOBIND.format(name="one_nanobind", structs="", classes=ADD),
    "pybind11": lambda: PYBIND11.format(name="one_pybind11", structs="", classes=ADD),
}
"""Column → the source of one function."""
