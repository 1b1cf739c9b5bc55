/* The class P by hand: what all ratios of its rows are to. */
#include "object.h"

#include <math.h>

typedef struct {
    PyObject_HEAD
    double x, y;
    int64_t n;
} P;

static PyTypeObject *P_type;
static PyObject *field_names[3], *move_names[2];

static PyObject *make(PyTypeObject *type, double x, double y, int64_t n) {
    P *self = allocate(type);
    if (self == NULL) return NULL;
    self->x = x;
    self->y = y;
    self->n = n;
    return (PyObject *)self;
}

static PyObject *P_call(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames) {
    PyObject *given[3] = {NULL, NULL, NULL};
    if (take_arguments("P()", field_names, 3, args, PyVectorcall_NARGS(nargsf), kwnames, given) < 0) return NULL;
    double x = 0, y = 0;
    int64_t n = 0;
    if (given[0]) GET_DOUBLE(x, given[0], NULL);
    if (given[1]) GET_DOUBLE(y, given[1], NULL);
    if (given[2]) GET_INT(n, given[2], NULL);
    return make((PyTypeObject *)type, x, y, n);
}

static PyObject *P_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"x", "y", "n", NULL};
    double x = 0, y = 0;
    long long n = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|ddL:P", names, &x, &y, &n)) return NULL;
    return make(type, x, y, n);
}

static PyObject *P_norm(P *self, PyObject *unused) { return PyFloat_FromDouble(sqrt(self->x * self->x + self->y * self->y)); }

static PyObject *P_move(P *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames) {
    PyObject *given[2] = {NULL, NULL};
    if (take_arguments("move()", move_names, 2, args, nargs, kwnames, given) < 0) return NULL;
    if (given[0] == NULL || given[1] == NULL) return PyErr_Format(PyExc_TypeError, "move() takes dx and dy");
    double dx, dy;
    GET_DOUBLE(dx, given[0], NULL);
    GET_DOUBLE(dy, given[1], NULL);
    self->x += dx;
    self->y += dy;
    Py_RETURN_NONE;
}

static PyObject *P_reduce(P *self, PyObject *unused) {
    return Py_BuildValue("(O(ddL))", Py_TYPE(self), self->x, self->y, (long long)self->n);
}

static Py_ssize_t P_length(PyObject *self) { return 3; }

static PyObject *P_item(P *self, Py_ssize_t index) {
    switch (index) {
        case 0: return PyFloat_FromDouble(self->x);
        case 1: return PyFloat_FromDouble(self->y);
        case 2: return PyFloat_FromDouble((double)self->n);
    }
    return PyErr_Format(PyExc_IndexError, "there are three items");
}

static PyObject *P_add(PyObject *left, PyObject *right) {
    if (Py_TYPE(left) != P_type || Py_TYPE(right) != P_type) Py_RETURN_NOTIMPLEMENTED;
    P *a = (P *)left, *b = (P *)right;
    return make(P_type, a->x + b->x, a->y + b->y, (int64_t)((uint64_t)a->n + (uint64_t)b->n));
}

static PyMemberDef P_members[] = {
    {"x", T_DOUBLE, offsetof(P, x), 0, NULL},
    {"y", T_DOUBLE, offsetof(P, y), 0, NULL},
    {"n", T_LONGLONG, offsetof(P, n), 0, NULL},
    {NULL},
};

static PyMethodDef P_methods[] = {
    {"norm", FUNCTION(P_norm), METH_NOARGS, NULL},
    {"move", FUNCTION(P_move), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"__reduce__", FUNCTION(P_reduce), METH_NOARGS, NULL},
    {NULL},
};

static PyType_Slot P_slots[] = {
    {Py_tp_new, P_new},       {Py_tp_dealloc, object_free}, {Py_tp_members, P_members}, {Py_tp_methods, P_methods},
    {Py_sq_length, P_length}, {Py_sq_item, P_item},         {Py_nb_add, P_add},         {0, NULL},
};

static PyType_Spec P_spec = {
    .name = "point_c.P", .basicsize = sizeof(P), .flags = Py_TPFLAGS_DEFAULT, .slots = P_slots,
};

static PyMethodDef functions[] = {MARK, {NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "point_c", .m_size = -1, .m_methods = functions,
};

PyMODINIT_FUNC PyInit_point_c(void) {
    const char *names[] = {"x", "y", "n", "dx", "dy"};
    for (int index = 0; index < 5; index++) {
        PyObject *name = PyUnicode_InternFromString(names[index]);
        if (name == NULL) return NULL;
        *(index < 3 ? &field_names[index] : &move_names[index - 3]) = name;
    }
    PyObject *self = PyModule_Create(&module);
    if (self == NULL || (P_type = make_type(self, &P_spec, P_call)) == NULL) return NULL;
#ifdef Py_GIL_DISABLED
    PyUnstable_Module_SetGIL(self, Py_MOD_GIL_NOT_USED);
#endif
    return self;
}
