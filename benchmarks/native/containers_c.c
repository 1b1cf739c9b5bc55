/* Lists, tuples and dicts as values, by hand: each is read into an array of C's, and made of one. */
#include "containers.h"
#include "object.h"

typedef struct {
    PyObject_HEAD
    double x, y;
    int64_t n;
} Point;

typedef struct {
    double x, y;
    int64_t n;
} Record;

typedef struct {
    int64_t first;
    double second;
} Pair;

typedef struct {
    char *bytes;
    Py_ssize_t size;
} Text;

typedef struct {
    double *items;
    Py_ssize_t count;
} Doubles;

static PyTypeObject *Point_type;
static PyObject *names[3];

static PyObject *make_point(double x, double y, int64_t n) {
    Point *self = allocate(Point_type);
    if (self == NULL) return NULL;
    self->x = x;
    self->y = y;
    self->n = n;
    return (PyObject *)self;
}

static PyObject *Point_call(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames) {
    PyObject *given[3] = {NULL, NULL, NULL};
    if (take_arguments("Point()", names, 3, args, PyVectorcall_NARGS(nargsf), kwnames, given) < 0) return NULL;
    double x = 0, y = 0;
    int64_t n = 0;
    if (given[0]) GET_DOUBLE(x, given[0], NULL);
    if (given[1]) GET_DOUBLE(y, given[1], NULL);
    if (given[2]) GET_INT(n, given[2], NULL);
    return make_point(x, y, n);
}

static PyMemberDef Point_members[] = {
    {"x", T_DOUBLE, offsetof(Point, x), 0, NULL},
    {"y", T_DOUBLE, offsetof(Point, y), 0, NULL},
    {"n", T_LONGLONG, offsetof(Point, n), 0, NULL},
    {NULL},
};

static PyType_Slot Point_slots[] = {{Py_tp_dealloc, object_free}, {Py_tp_members, Point_members}, {0, NULL}};

static PyType_Spec Point_spec = {
    .name = "containers_c.Point", .basicsize = sizeof(Point), .flags = Py_TPFLAGS_DEFAULT, .slots = Point_slots};

static int take_float(PyObject *object, double *to) {
    if (PyFloat_CheckExact(object)) return *to = PyFloat_AS_DOUBLE(object), 0;
    GET_DOUBLE(*to, object, -1);
    return 0;
}

static int take_int(PyObject *object, int64_t *to) {
    GET_INT(*to, object, -1);
    return 0;
}

static int take_text(PyObject *object, Text *to) {
    const char *bytes = PyUnicode_AsUTF8AndSize(object, &to->size);
    if (bytes == NULL) return -1;
    if ((to->bytes = PyMem_Malloc((size_t)to->size + 1)) == NULL) return PyErr_NoMemory(), -1;
    memcpy(to->bytes, bytes, (size_t)to->size + 1);
    return 0;
}

static int take_point(PyObject *object, Record *to) {
    if (Py_TYPE(object) != Point_type) return PyErr_SetString(PyExc_TypeError, "a Point is needed"), -1;
    Point *point = (Point *)object;
    *to = (Record){point->x, point->y, point->n};
    return 0;
}

static int take_record(PyObject *object, Record *to) {
    if (!PyDict_Check(object) || PyDict_GET_SIZE(object) != 3)
        return PyErr_SetString(PyExc_TypeError, "a dict with x, y and n is needed"), -1;
    PyObject *x = PyDict_GetItemWithError(object, names[0]);
    PyObject *y = PyDict_GetItemWithError(object, names[1]);
    PyObject *n = PyDict_GetItemWithError(object, names[2]);
    if (x == NULL || y == NULL || n == NULL)
        return PyErr_Occurred() || (PyErr_SetString(PyExc_TypeError, "a dict with x, y and n is needed"), 0), -1;
    return take_float(x, &to->x) < 0 || take_float(y, &to->y) < 0 || take_int(n, &to->n) < 0 ? -1 : 0;
}

static int take_pair(PyObject *object, Pair *to) {
    if (!PyTuple_Check(object) || PyTuple_GET_SIZE(object) != 2)
        return PyErr_SetString(PyExc_TypeError, "a tuple of two is needed"), -1;
    return take_int(PyTuple_GET_ITEM(object, 0), &to->first) < 0 || take_float(PyTuple_GET_ITEM(object, 1), &to->second) < 0
               ? -1 : 0;
}

static int take_floats(PyObject *object, Doubles *to) {
    PyObject *fast = PySequence_Fast(object, "a list or a tuple is needed");
    if (fast == NULL) return -1;
    to->count = PySequence_Fast_GET_SIZE(fast);
    to->items = PyMem_Malloc((size_t)to->count * sizeof(double) + 1);
    int failed = to->items == NULL ? (PyErr_NoMemory(), -1) : 0;
    for (Py_ssize_t index = 0; !failed && index < to->count; index++)
        failed = take_float(PySequence_Fast_GET_ITEM(fast, index), to->items + index);
    if (failed) PyMem_Free(to->items);
    Py_DECREF(fast);
    return failed;
}

#define NOTHING(value) (void)0
#define FREE_TEXT(value) PyMem_Free((value).bytes)
#define FREE_LIST(value) PyMem_Free((value).items)

/* Reads all, uses all, frees all. ADD adds `value` to `sum`. */
#define SUM(NAME, T, TAKE, FREE, R, ADD, GIVE)                                                         \
    static PyObject *NAME(PyObject *module, PyObject *object) {                                        \
        PyObject *fast = PySequence_Fast(object, "a list or a tuple is needed");                       \
        if (fast == NULL) return NULL;                                                                 \
        Py_ssize_t count = PySequence_Fast_GET_SIZE(fast), taken = 0;                                  \
        T *values = PyMem_Malloc((size_t)count * sizeof(T) + 1);                                       \
        R sum = 0;                                                                                     \
        if (values == NULL) PyErr_NoMemory();                                                          \
        for (; values && taken < count && taken < PySequence_Fast_GET_SIZE(fast); taken++)             \
            if (TAKE(PySequence_Fast_GET_ITEM(fast, taken), values + taken) < 0) break;                \
        for (Py_ssize_t index = 0; index < taken; index++) {                                           \
            T value = values[index];                                                                   \
            ADD;                                                                                       \
        }                                                                                              \
        for (Py_ssize_t index = 0; index < taken; index++) FREE(values[index]);                        \
        PyMem_Free(values);                                                                            \
        Py_DECREF(fast);                                                                               \
        return taken < count || values == NULL ? NULL : GIVE(sum);                                     \
    }

SUM(sum_floats, double, take_float, NOTHING, double, sum += value, PyFloat_FromDouble)
SUM(sum_ints, int64_t, take_int, NOTHING, int64_t, sum += value, PyLong_FromLongLong)
SUM(sum_texts, Text, take_text, FREE_TEXT, int64_t, sum += value.size, PyLong_FromLongLong)
SUM(sum_points, Record, take_point, NOTHING, double, sum += value.x, PyFloat_FromDouble)
SUM(sum_records, Record, take_record, NOTHING, double, sum += value.x, PyFloat_FromDouble)
SUM(sum_pairs, Pair, take_pair, NOTHING, double, sum += value.second, PyFloat_FromDouble)
SUM(sum_lists, Doubles, take_floats, FREE_LIST, double,
    for (Py_ssize_t at = 0; at < value.count; at++) sum += value.items[at], PyFloat_FromDouble)

/* An array of pairs, and no hash table. */
static PyObject *sum_dict(PyObject *module, PyObject *object) {
    typedef struct {
        Text key;
        double value;
    } Entry;
    if (!PyDict_Check(object)) return PyErr_Format(PyExc_TypeError, "a dict is needed");
    Py_ssize_t count = PyDict_GET_SIZE(object), position = 0, taken = 0;
    Entry *entries = PyMem_Malloc((size_t)count * sizeof(Entry) + 1);
    PyObject *key, *value;
    if (entries == NULL) return PyErr_NoMemory();
    while (taken < count && PyDict_Next(object, &position, &key, &value)) {
        if (take_text(key, &entries[taken].key) < 0) break;
        if (take_float(value, &entries[taken++].value) < 0) break;
    }
    double sum = 0;
    for (Py_ssize_t index = 0; index < taken; index++) {
        sum += entries[index].value;
        PyMem_Free(entries[index].key.bytes);
    }
    PyMem_Free(entries);
    return PyErr_Occurred() ? NULL : PyFloat_FromDouble(sum);
}

static PyObject *third(PyObject *module, PyObject *object) {
    double values[3];
    PyObject *fast = PySequence_Fast(object, "a list or a tuple is needed");
    if (fast == NULL) return NULL;
    int failed = PySequence_Fast_GET_SIZE(fast) == 3 ? 0 : (PyErr_SetString(PyExc_TypeError, "three are needed"), -1);
    for (int index = 0; !failed && index < 3; index++)
        failed = take_float(PySequence_Fast_GET_ITEM(fast, index), values + index);
    Py_DECREF(fast);
    return failed ? NULL : PyFloat_FromDouble(values[2]);
}

static PyObject *give_pair(int64_t first, double second) {
    PyObject *a = PyLong_FromLongLong(first), *b = PyFloat_FromDouble(second), *tuple = PyTuple_New(2);
    if (a == NULL || b == NULL || tuple == NULL) {
        Py_XDECREF(a);
        Py_XDECREF(b);
        Py_XDECREF(tuple);
        return NULL;
    }
    PyTuple_SET_ITEM(tuple, 0, a);
    PyTuple_SET_ITEM(tuple, 1, b);
    return tuple;
}

static PyObject *give_record(double x, double y, int64_t n) {
    PyObject *values[3] = {PyFloat_FromDouble(x), PyFloat_FromDouble(y), PyLong_FromLongLong(n)}, *dict = PyDict_New();
    int failed = dict == NULL;
    for (int index = 0; index < 3; index++) {
        failed = failed || values[index] == NULL || PyDict_SetItem(dict, names[index], values[index]) < 0;
        Py_XDECREF(values[index]);
    }
    if (failed) Py_CLEAR(dict);
    return dict;
}

#define MAKE(NAME, ITEM)                                           \
    static PyObject *NAME(PyObject *module, PyObject *argument) {  \
        Py_ssize_t count = PyLong_AsSsize_t(argument);             \
        if (count == -1 && PyErr_Occurred()) return NULL;          \
        PyObject *list = PyList_New(count);                        \
        if (list == NULL) return NULL;                             \
        for (Py_ssize_t index = 0; index < count; index++) {       \
            PyObject *item = ITEM;                                 \
            if (item == NULL) {                                    \
                Py_DECREF(list);                                   \
                return NULL;                                       \
            }                                                      \
            PyList_SET_ITEM(list, index, item);                    \
        }                                                          \
        return list;                                               \
    }

MAKE(make_floats, PyFloat_FromDouble(floats[index]))
MAKE(make_ints, PyLong_FromLongLong(ints[index]))
MAKE(make_texts, PyUnicode_FromStringAndSize(texts[index], (Py_ssize_t)strlen(texts[index])))
MAKE(make_points, make_point(floats[index], floats[index], ints[index]))
MAKE(make_records, give_record(floats[index], floats[index], ints[index]))
MAKE(make_pairs, give_pair(ints[index], floats[index]))

static PyObject *make_pair(PyObject *module, PyObject *unused) { return give_pair(ints[300], floats[300]); }

static PyObject *make_dict(PyObject *module, PyObject *unused) {
    PyObject *dict = PyDict_New();
    for (int index = 0; dict != NULL && index < TEXTS; index++) {
        PyObject *key = PyUnicode_FromStringAndSize(texts[index], (Py_ssize_t)strlen(texts[index]));
        PyObject *value = PyFloat_FromDouble(floats[index]);
        if (key == NULL || value == NULL || PyDict_SetItem(dict, key, value) < 0) Py_CLEAR(dict);
        Py_XDECREF(key);
        Py_XDECREF(value);
    }
    return dict;
}

static PyObject *prepare(PyObject *module, PyObject *unused) {
    fill();
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"prepare", prepare, METH_NOARGS, NULL},
    {"sum_floats", sum_floats, METH_O, NULL},
    {"sum_ints", sum_ints, METH_O, NULL},
    {"sum_texts", sum_texts, METH_O, NULL},
    {"sum_points", sum_points, METH_O, NULL},
    {"sum_records", sum_records, METH_O, NULL},
    {"sum_pairs", sum_pairs, METH_O, NULL},
    {"sum_lists", sum_lists, METH_O, NULL},
    {"sum_dict", sum_dict, METH_O, NULL},
    {"third", third, METH_O, NULL},
    {"make_floats", make_floats, METH_O, NULL},
    {"make_ints", make_ints, METH_O, NULL},
    {"make_texts", make_texts, METH_O, NULL},
    {"make_points", make_points, METH_O, NULL},
    {"make_records", make_records, METH_O, NULL},
    {"make_pairs", make_pairs, METH_O, NULL},
    {"make_pair", make_pair, METH_NOARGS, NULL},
    {"make_dict", make_dict, METH_NOARGS, NULL},
    MARK,
    {NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "containers_c", .m_size = -1, .m_methods = functions,
};

PyMODINIT_FUNC PyInit_containers_c(void) {
    const char *texts_of_names[] = {"x", "y", "n"};
    for (int index = 0; index < 3; index++)
        if ((names[index] = PyUnicode_InternFromString(texts_of_names[index])) == NULL) return NULL;
    PyObject *self = PyModule_Create(&module);
    if (self == NULL || (Point_type = make_type(self, &Point_spec, Point_call)) == NULL) return NULL;
#ifdef Py_GIL_DISABLED
    PyUnstable_Module_SetGIL(self, Py_MOD_GIL_NOT_USED);
#endif
    return self;
}
