#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#include <Python.h>
#include <math.h>
#include <numpy/arrayobject.h>
#include <numpy/ufuncobject.h>

#include "object.h"

/* As https://arrow.apache.org/docs/format/CDataInterface.html has them. */
struct ArrowSchema {
    const char *format, *name, *metadata;
    int64_t flags, n_children;
    struct ArrowSchema **children, *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};
struct ArrowArray {
    int64_t length, null_count, offset, n_buffers, n_children;
    const void **buffers;
    struct ArrowArray **children, *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

static PyArrayObject *array_of(PyObject *given, int dimensions, int flags) {
    return (PyArrayObject *)PyArray_FROMANY(given, NPY_DOUBLE, dimensions, dimensions, flags);
}

static PyObject *total(PyObject *self, PyObject *given) {
    PyArrayObject *array = array_of(given, 1, NPY_ARRAY_CARRAY_RO);
    if (array == NULL) return NULL;
    const double *values = PyArray_DATA(array);
    npy_intp size = PyArray_DIM(array, 0);
    double sum = 0;
    for (npy_intp i = 0; i < size; i++) sum += values[i];
    Py_DECREF(array);
    return PyFloat_FromDouble(sum);
}

static PyObject *total_of_rows(PyObject *self, PyObject *given) {
    PyArrayObject *array = array_of(given, 2, NPY_ARRAY_ALIGNED | NPY_ARRAY_NOTSWAPPED);
    if (array == NULL) return NULL;
    double sum = 0;
    for (npy_intp i = 0; i < PyArray_DIM(array, 0); i++)
        for (npy_intp j = 0; j < PyArray_DIM(array, 1); j++) sum += *(const double *)PyArray_GETPTR2(array, i, j);
    Py_DECREF(array);
    return PyFloat_FromDouble(sum);
}

static PyObject *total_of_each(PyObject *self, PyObject *given) {
    PyArrayObject *array = array_of(given, 1, NPY_ARRAY_ALIGNED | NPY_ARRAY_NOTSWAPPED);
    if (array == NULL) return NULL;
    const char *place = PyArray_BYTES(array);
    npy_intp size = PyArray_DIM(array, 0), stride = PyArray_STRIDE(array, 0);
    double sum = 0;
    for (npy_intp i = 0; i < size; i++, place += stride) sum += *(const double *)place;
    Py_DECREF(array);
    return PyFloat_FromDouble(sum);
}

struct weight {
    double x, y;
};

static PyObject *weighed(PyObject *self, PyObject *given) {
    Py_buffer view;
    if (PyObject_GetBuffer(given, &view, PyBUF_ND | PyBUF_FORMAT) < 0) return NULL;
    if (view.ndim != 1 || strcmp(view.format, "T{d:x:d:y:}") != 0) {
        PyBuffer_Release(&view);
        PyErr_SetString(PyExc_TypeError, "weighed(): no records");
        return NULL;
    }
    const struct weight *values = view.buf;
    double sum = 0;
    for (Py_ssize_t i = 0; i < view.shape[0]; i++) sum += values[i].x * values[i].y;
    PyBuffer_Release(&view);
    return PyFloat_FromDouble(sum);
}

static PyObject *doubled(PyObject *self, PyObject *given) {
    PyArrayObject *array = array_of(given, 1, NPY_ARRAY_CARRAY_RO);
    if (array == NULL) return NULL;
    npy_intp size = PyArray_DIM(array, 0);
    PyObject *made = PyArray_SimpleNew(1, &size, NPY_DOUBLE);
    if (made != NULL) {
        const double *from = PyArray_DATA(array);
        double *to = PyArray_DATA((PyArrayObject *)made);
        for (npy_intp i = 0; i < size; i++) to[i] = 2 * from[i];
    }
    Py_DECREF(array);
    return made;
}

static PyObject *doubled_list(PyObject *self, PyObject *given) {
    if (!PyList_Check(given)) {
        PyErr_SetString(PyExc_TypeError, "doubled_list(): no list");
        return NULL;
    }
    Py_ssize_t size = PyList_GET_SIZE(given);
    PyObject *made = PyList_New(size);
    if (made == NULL) return NULL;
    for (Py_ssize_t i = 0; i < size; i++) {
        double value = PyFloat_AsDouble(PyList_GET_ITEM(given, i));
        PyObject *item = value == -1 && PyErr_Occurred() ? NULL : PyFloat_FromDouble(2 * value);
        if (item == NULL) {
            Py_DECREF(made);
            return NULL;
        }
        PyList_SET_ITEM(made, i, item);
    }
    return made;
}

static PyObject *total_of_column(PyObject *self, PyObject *given) {
    PyObject *pair = PyObject_CallMethod(given, "__arrow_c_array__", NULL);
    if (pair == NULL) return NULL;
    const struct ArrowSchema *schema = NULL;
    const struct ArrowArray *array = NULL;
    if (PyTuple_Check(pair) && PyTuple_GET_SIZE(pair) == 2) {
        schema = PyCapsule_GetPointer(PyTuple_GET_ITEM(pair, 0), "arrow_schema");
        if (schema != NULL) array = PyCapsule_GetPointer(PyTuple_GET_ITEM(pair, 1), "arrow_array");
    }
    if (array == NULL || strcmp(schema->format, "g") != 0) {
        Py_DECREF(pair);
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "total_of_column(): no column of floats");
        return NULL;
    }
    const unsigned char *valid = array->null_count == 0 ? NULL : array->buffers[0];
    const double *values = array->buffers[1];
    double sum = 0;
    for (int64_t i = array->offset; i < array->offset + array->length; i++)
        if (valid == NULL || valid[i / 8] >> i % 8 & 1) sum += values[i];
    Py_DECREF(pair);
    return PyFloat_FromDouble(sum);
}

static void lengths(char **args, const npy_intp *dimensions, const npy_intp *steps, void *data) {
    char *x = args[0], *y = args[1], *to = args[2];
    for (npy_intp i = 0; i < dimensions[0]; i++) {
        *(double *)to = sqrt(*(double *)x * *(double *)x + *(double *)y * *(double *)y);
        x += steps[0], y += steps[1], to += steps[2];
    }
}

static PyUFuncGenericFunction loops[] = {lengths};
static void *const nothing[] = {NULL};
static const char types[] = {NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE};

static PyMethodDef methods[] = {
    MARK,
    {"total", total, METH_O, NULL},
    {"total_of_rows", total_of_rows, METH_O, NULL},
    {"total_of_each", total_of_each, METH_O, NULL},
    {"weighed", weighed, METH_O, NULL},
    {"doubled", doubled, METH_O, NULL},
    {"doubled_list", doubled_list, METH_O, NULL},
    {"total_of_column", total_of_column, METH_O, NULL},
    {NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "arrays_c", NULL, -1, methods};

PyMODINIT_FUNC PyInit_arrays_c(void) {
    import_array();
    import_umath();
    PyObject *module = PyModule_Create(&definition);
    if (module == NULL) return NULL;
    PyObject *length = PyUFunc_FromFuncAndData(loops, (void **)nothing, (char *)types, 1, 2, 1, PyUFunc_None, "length",
                                               "", 0);
    if (length == NULL || PyModule_AddObjectRef(module, "length", length) < 0) return NULL;
    Py_DECREF(length);
    return module;
}
