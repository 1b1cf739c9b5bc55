/* The function of zig/threads.zig by hand. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "bodies.h"

static PyObject *spin(PyObject *self, PyObject *arg) {
    unsigned long long turns = PyLong_AsUnsignedLongLong(arg);
    if (turns == (unsigned long long)-1 && PyErr_Occurred()) return NULL;
    uint64_t value;
    Py_BEGIN_ALLOW_THREADS
    value = body_spin(turns);
    Py_END_ALLOW_THREADS
    return PyLong_FromUnsignedLongLong(value);
}

static PyMethodDef functions[] = {{"spin", spin, METH_O, NULL}, {NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "threads_c", .m_size = -1, .m_methods = functions,
};

PyMODINIT_FUNC PyInit_threads_c(void) {
    PyObject *self = PyModule_Create(&module);
#ifdef Py_GIL_DISABLED
    if (self != NULL) PyUnstable_Module_SetGIL(self, Py_MOD_GIL_NOT_USED);
#endif
    return self;
}
