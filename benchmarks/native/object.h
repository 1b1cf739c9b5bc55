/* What every hand-written class here needs: heap types, and the reading of arguments. */
#ifndef OBJECT_H
#define OBJECT_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <stdint.h>
#include <structmember.h>

#define GET_DOUBLE(to, object, failed)                              \
    do {                                                            \
        (to) = PyFloat_AsDouble(object);                            \
        if ((to) == -1.0 && PyErr_Occurred()) return failed;        \
    } while (0)

#define GET_INT(to, object, failed)                                 \
    do {                                                            \
        (to) = PyLong_AsLongLong(object);                           \
        if ((to) == -1 && PyErr_Occurred()) return failed;          \
    } while (0)

/* As Argument Clinic's code does it: by identity, which interned names have, then by text.
   Fills `given`, which is all NULL; those that are not given stay so. Returns 0, or -1 with an exception. */
static inline int take_arguments(const char *what, PyObject **names, Py_ssize_t count, PyObject *const *args,
                                 Py_ssize_t nargs, PyObject *kwnames, PyObject **given) {
    Py_ssize_t keywords = kwnames ? PyTuple_GET_SIZE(kwnames) : 0;
    if (nargs + keywords > count) {
        PyErr_Format(PyExc_TypeError, "%s takes %zd arguments, got %zd", what, count, nargs + keywords);
        return -1;
    }
    for (Py_ssize_t index = 0; index < nargs; index++) given[index] = args[index];
    for (Py_ssize_t index = 0; index < keywords; index++) {
        PyObject *name = PyTuple_GET_ITEM(kwnames, index);
        Py_ssize_t place;
        for (place = 0; place < count; place++)
            if (name == names[place]) break;
        if (place == count)
            for (place = 0; place < count; place++)
                if (PyUnicode_Compare(name, names[place]) == 0) break;
        if (place == count || given[place]) {
            PyErr_Format(PyExc_TypeError, "%s got an unexpected keyword argument '%U'", what, name);
            return -1;
        }
        given[place] = args[nargs + index];
    }
    return 0;
}

static inline void *allocate(PyTypeObject *type) { return type->tp_alloc(type, 0); }

/* Of a class without cyclic GC: its type is kept alive by each object. */
static void object_free(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyTypeObject *make_type(PyObject *module, PyType_Spec *spec, vectorcallfunc vectorcall) {
    PyObject *type = PyType_FromSpec(spec);
    if (type == NULL) return NULL;
    ((PyTypeObject *)type)->tp_vectorcall = vectorcall;
    const char *name = strrchr(spec->name, '.') + 1;
    /* PyModule_AddObjectRef is there from 3.10 on. */
    if (PyModule_AddObjectRef(module, name, type) < 0) return NULL;
    return (PyTypeObject *)type;
}

#define FUNCTION(function) ((PyCFunction)(void (*)(void))(function))

/* Callgrind writes down what it counted whenever this begins: instructions.py. */
Py_EXPORTED_SYMBOL __attribute__((noinline)) void nano_ffi_benchmark_mark(void) { __asm__ volatile(""); }

static PyObject *benchmark_mark(PyObject *self, PyObject *unused) {
    nano_ffi_benchmark_mark();
    Py_RETURN_NONE;
}

#define MARK {"mark", benchmark_mark, METH_NOARGS, NULL}

#endif
