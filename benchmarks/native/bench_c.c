/* What all ratios are to: an extension module written by hand over CPython's public API. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "bodies.h"

#define TAKE_INT(name, object)                                  \
    long long name = PyLong_AsLongLong(object);                 \
    if (name == -1 && PyErr_Occurred()) return NULL

#define TAKE_DOUBLE(name, object)                               \
    double name = PyFloat_AsDouble(object);                     \
    if (name == -1.0 && PyErr_Occurred()) return NULL

static int wrong_count(const char *name, Py_ssize_t expected, Py_ssize_t given) {
    if (expected == given) return 0;
    PyErr_Format(PyExc_TypeError, "%s expected %zd arguments, got %zd", name, expected, given);
    return 1;
}

static PyObject *nothing(PyObject *self, PyObject *unused) {
    body_nothing();
    Py_RETURN_NONE;
}

static PyObject *increment(PyObject *self, PyObject *arg) {
    TAKE_INT(a, arg);
    return PyLong_FromLongLong(body_increment(a));
}

static PyObject *add(PyObject *self, PyObject *const *args, Py_ssize_t nargs) {
    if (wrong_count("add", 2, nargs)) return NULL;
    TAKE_INT(a, args[0]);
    TAKE_INT(b, args[1]);
    return PyLong_FromLongLong(body_add(a, b));
}

/* As Argument Clinic's code does it: by identity, which interned names have, then by text. */
static PyObject *add_names[2];

static PyObject *add_keywords(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames) {
    PyObject *given[2] = {NULL, NULL};
    Py_ssize_t keywords = kwnames ? PyTuple_GET_SIZE(kwnames) : 0;
    if (wrong_count("add_keywords", 2, nargs + keywords)) return NULL;
    for (Py_ssize_t index = 0; index < nargs; index++) given[index] = args[index];
    for (Py_ssize_t index = 0; index < keywords; index++) {
        PyObject *name = PyTuple_GET_ITEM(kwnames, index);
        int place;
        for (place = 0; place < 2; place++)
            if (name == add_names[place]) break;
        if (place == 2)
            for (place = 0; place < 2; place++)
                if (PyUnicode_Compare(name, add_names[place]) == 0) break;
        if (place == 2 || given[place]) {
            PyErr_Format(PyExc_TypeError, "add_keywords() got an unexpected keyword argument '%U'", name);
            return NULL;
        }
        given[place] = args[nargs + index];
    }
    TAKE_INT(a, given[0]);
    TAKE_INT(b, given[1]);
    return PyLong_FromLongLong(body_add(a, b));
}

static PyObject *mul(PyObject *self, PyObject *const *args, Py_ssize_t nargs) {
    if (wrong_count("mul", 2, nargs)) return NULL;
    TAKE_DOUBLE(a, args[0]);
    TAKE_DOUBLE(b, args[1]);
    return PyFloat_FromDouble(body_mul(a, b));
}

static PyObject *sum8(PyObject *self, PyObject *const *args, Py_ssize_t nargs) {
    if (wrong_count("sum8", 8, nargs)) return NULL;
    TAKE_INT(a, args[0]);
    TAKE_INT(b, args[1]);
    TAKE_INT(c, args[2]);
    TAKE_INT(d, args[3]);
    TAKE_INT(e, args[4]);
    TAKE_INT(f, args[5]);
    TAKE_INT(g, args[6]);
    TAKE_INT(h, args[7]);
    return PyLong_FromLongLong(body_sum8(a, b, c, d, e, f, g, h));
}

static PyObject *negate(PyObject *self, PyObject *arg) {
    if (!PyBool_Check(arg)) {
        PyErr_SetString(PyExc_TypeError, "negate() takes True or False");
        return NULL;
    }
    return PyBool_FromLong(body_negate(arg == Py_True));
}

static PyObject *length(PyObject *self, PyObject *arg) {
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(arg, &size);
    if (text == NULL) return NULL;
    return PyLong_FromLongLong(body_length(text, (size_t)size));
}

static PyObject *greeting(PyObject *self, PyObject *unused) { return PyUnicode_FromString(body_greeting()); }

static PyObject *bytesum(PyObject *self, PyObject *arg) {
    char *data;
    Py_ssize_t size;
    if (PyBytes_AsStringAndSize(arg, &data, &size) < 0) return NULL;
    return PyLong_FromUnsignedLongLong(body_bytesum((const uint8_t *)data, (size_t)size));
}

static PyObject *fill(PyObject *self, PyObject *const *args, Py_ssize_t nargs) {
    if (wrong_count("fill", 2, nargs)) return NULL;
    TAKE_INT(value, args[1]);
    if (value < 0 || value > 255) {
        PyErr_SetString(PyExc_OverflowError, "fill(): value is out of range for a byte");
        return NULL;
    }
    Py_buffer view;
    if (PyObject_GetBuffer(args[0], &view, PyBUF_WRITABLE) < 0) return NULL;
    uint64_t filled = body_fill(view.buf, (size_t)view.len, (uint8_t)value);
    PyBuffer_Release(&view);
    return PyLong_FromUnsignedLongLong(filled);
}

static PyObject *divide(PyObject *self, PyObject *const *args, Py_ssize_t nargs) {
    if (wrong_count("divide", 2, nargs)) return NULL;
    TAKE_INT(a, args[0]);
    TAKE_INT(b, args[1]);
    division result = body_divide(a, b);
    if (result.error) {
        if (result.error == 1)
            PyErr_SetString(PyExc_ZeroDivisionError, "DivisionByZero");
        else
            PyErr_SetString(PyExc_OverflowError, "Overflow");
        return NULL;
    }
    PyObject *quotient = PyLong_FromLongLong(result.quotient);
    PyObject *remainder = PyLong_FromLongLong(result.remainder);
    PyObject *tuple = PyTuple_New(2);
    if (quotient == NULL || remainder == NULL || tuple == NULL) {
        Py_XDECREF(quotient);
        Py_XDECREF(remainder);
        Py_XDECREF(tuple);
        return NULL;
    }
    PyTuple_SET_ITEM(tuple, 0, quotient);
    PyTuple_SET_ITEM(tuple, 1, remainder);
    return tuple;
}

/* What a call costs that does nothing, in the fastest convention for so many arguments: no function can cost less. */
static PyObject *empty_one(PyObject *self, PyObject *arg) { Py_RETURN_NONE; }

static PyObject *empty(PyObject *self, PyObject *const *args, Py_ssize_t nargs) { Py_RETURN_NONE; }

static PyObject *empty_keywords(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames) {
    Py_RETURN_NONE;
}

/* Callgrind writes down what it counted whenever this begins: instructions.py. */
Py_EXPORTED_SYMBOL __attribute__((noinline)) void nano_ffi_benchmark_mark(void) { __asm__ volatile(""); }

static PyObject *mark(PyObject *self, PyObject *unused) {
    nano_ffi_benchmark_mark();
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"nothing", nothing, METH_NOARGS, NULL},
    {"increment", increment, METH_O, NULL},
    {"add", (PyCFunction)(void (*)(void))add, METH_FASTCALL, NULL},
    {"add_keywords", (PyCFunction)(void (*)(void))add_keywords, METH_FASTCALL | METH_KEYWORDS, NULL},
    {"mul", (PyCFunction)(void (*)(void))mul, METH_FASTCALL, NULL},
    {"sum8", (PyCFunction)(void (*)(void))sum8, METH_FASTCALL, NULL},
    {"negate", negate, METH_O, NULL},
    {"length", length, METH_O, NULL},
    {"greeting", greeting, METH_NOARGS, NULL},
    {"bytesum", bytesum, METH_O, NULL},
    {"fill", (PyCFunction)(void (*)(void))fill, METH_FASTCALL, NULL},
    {"divide", (PyCFunction)(void (*)(void))divide, METH_FASTCALL, NULL},
    {"empty_one", empty_one, METH_O, NULL},
    {"empty", (PyCFunction)(void (*)(void))empty, METH_FASTCALL, NULL},
    {"empty_keywords", (PyCFunction)(void (*)(void))empty_keywords, METH_FASTCALL | METH_KEYWORDS, NULL},
    {"mark", mark, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "bench_c", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC PyInit_bench_c(void) {
    add_names[0] = PyUnicode_InternFromString("a");
    add_names[1] = PyUnicode_InternFromString("b");
    if (add_names[0] == NULL || add_names[1] == NULL) return NULL;
    PyObject *self = PyModule_Create(&module);
#ifdef Py_GIL_DISABLED
    if (self != NULL) PyUnstable_Module_SetGIL(self, Py_MOD_GIL_NOT_USED);
#endif
    return self;
}
