/* Classes by hand: attributes of every kind, protocols, and lists and maps that Python sees in place. */
#include "object.h"

#include <math.h>

typedef struct {
    const char *bytes;
    Py_ssize_t size;
} Text;

static PyObject *give_text(Text text) { return PyUnicode_FromStringAndSize(text.bytes, text.size); }

/* A copy, which free() frees. */
static int take_text(PyObject *object, Text *to) {
    Py_ssize_t size;
    const char *bytes = PyUnicode_AsUTF8AndSize(object, &size);
    if (bytes == NULL) return -1;
    char *copy = malloc((size_t)size + 1);
    if (copy == NULL) return PyErr_NoMemory(), -1;
    memcpy(copy, bytes, (size_t)size + 1);
    *to = (Text){copy, size};
    return 0;
}

static void free_text(Text text) { free((char *)text.bytes); }

static PyObject *give_double(double value) { return PyFloat_FromDouble(value); }

static int take_double(PyObject *object, double *to) {
    GET_DOUBLE(*to, object, -1);
    return 0;
}

static void free_double(double value) {}

/* Inner: has its value in itself, or is a part of another object, which it then keeps. */
typedef struct {
    double x;
    int64_t n;
} InnerValue;

typedef struct {
    PyObject_HEAD
    PyObject *owner;
    InnerValue *at, own;
} Inner;

static PyTypeObject *Inner_type;
static PyObject *Inner_names[2];

static PyObject *give_inner_in(InnerValue *at, PyObject *owner) {
    Inner *self = allocate(Inner_type);
    if (self == NULL) return NULL;
    self->owner = Py_NewRef(owner);
    self->at = at;
    return (PyObject *)self;
}

static int take_inner(PyObject *object, InnerValue *to) {
    if (Py_TYPE(object) != Inner_type) return PyErr_SetString(PyExc_TypeError, "an Inner is needed"), -1;
    *to = *((Inner *)object)->at;
    return 0;
}

static void free_inner(InnerValue value) {}

static PyObject *Inner_call(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames) {
    PyObject *given[2] = {NULL, NULL};
    if (take_arguments("Inner()", Inner_names, 2, args, PyVectorcall_NARGS(nargsf), kwnames, given) < 0) return NULL;
    InnerValue value = {0, 0};
    if (given[0]) GET_DOUBLE(value.x, given[0], NULL);
    if (given[1]) GET_INT(value.n, given[1], NULL);
    Inner *self = allocate((PyTypeObject *)type);
    if (self == NULL) return NULL;
    self->own = value;
    self->at = &self->own;
    return (PyObject *)self;
}

static void Inner_free(Inner *self) {
    Py_XDECREF(self->owner);
    object_free((PyObject *)self);
}

static PyObject *Inner_get_x(Inner *self, void *unused) { return PyFloat_FromDouble(self->at->x); }
static PyObject *Inner_get_n(Inner *self, void *unused) { return PyLong_FromLongLong(self->at->n); }

static int Inner_set_x(Inner *self, PyObject *value, void *unused) {
    if (value == NULL) return PyErr_SetString(PyExc_AttributeError, "x cannot be deleted"), -1;
    return take_double(value, &self->at->x);
}

static int Inner_set_n(Inner *self, PyObject *value, void *unused) {
    if (value == NULL) return PyErr_SetString(PyExc_AttributeError, "n cannot be deleted"), -1;
    GET_INT(self->at->n, value, -1);
    return 0;
}

static PyGetSetDef Inner_fields[] = {
    {"x", (getter)Inner_get_x, (setter)Inner_set_x}, {"n", (getter)Inner_get_n, (setter)Inner_set_n}, {NULL}};

static PyType_Slot Inner_slots[] = {{Py_tp_dealloc, Inner_free}, {Py_tp_getset, Inner_fields}, {0, NULL}};

static PyType_Spec Inner_spec = {
    .name = "objects_c.Inner", .basicsize = sizeof(Inner), .flags = Py_TPFLAGS_DEFAULT, .slots = Inner_slots};

/* A vector, and the list that shows it: an object that keeps the owner of the vector. */
typedef struct {
    PyObject_HEAD
    PyObject *owner;
    void *vector;
} View;

typedef struct {
    PyObject_HEAD
    View *view;
    Py_ssize_t next;
} Iterator;

static void View_free(View *self) {
    Py_XDECREF(self->owner);
    object_free((PyObject *)self);
}

static void Iterator_free(Iterator *self) {
    Py_XDECREF(self->view);
    object_free((PyObject *)self);
}

static PyObject *make_view(PyTypeObject *type, PyObject *owner, void *vector) {
    View *self = allocate(type);
    if (self == NULL) return NULL;
    self->owner = Py_NewRef(owner);
    self->vector = vector;
    return (PyObject *)self;
}

static PyObject *make_iterator(PyTypeObject *type, PyObject *view) {
    Iterator *self = allocate(type);
    if (self == NULL) return NULL;
    self->view = (View *)Py_NewRef(view);
    self->next = 0;
    return (PyObject *)self;
}

/* GIVE takes the place of an item and the list's owner. */
#define LIST(NAME, T, GIVE, TAKE, FREE)                                                                              \
    typedef struct {                                                                                                 \
        T *items;                                                                                                    \
        Py_ssize_t count, capacity;                                                                                  \
    } NAME##Vector;                                                                                                  \
    static PyTypeObject *NAME##_type, *NAME##_iterator_type;                                                         \
    static int NAME##_push(NAME##Vector *vector, T item) {                                                           \
        if (vector->count == vector->capacity) {                                                                     \
            Py_ssize_t capacity = vector->capacity ? vector->capacity * 2 : 8;                                       \
            T *items = realloc(vector->items, (size_t)capacity * sizeof(T));                                         \
            if (items == NULL) return PyErr_NoMemory(), -1;                                                          \
            vector->items = items;                                                                                   \
            vector->capacity = capacity;                                                                             \
        }                                                                                                            \
        vector->items[vector->count++] = item;                                                                       \
        return 0;                                                                                                    \
    }                                                                                                                \
    static void NAME##_clear(NAME##Vector *vector) {                                                                 \
        for (Py_ssize_t index = 0; index < vector->count; index++) FREE(vector->items[index]);                       \
        free(vector->items);                                                                                         \
    }                                                                                                                \
    static Py_ssize_t NAME##_length(View *self) { return ((NAME##Vector *)self->vector)->count; }                    \
    static T *NAME##_place(View *self, PyObject *key) {                                                              \
        NAME##Vector *vector = self->vector;                                                                         \
        Py_ssize_t index = PyNumber_AsSsize_t(key, PyExc_IndexError);                                                \
        if (index == -1 && PyErr_Occurred()) return NULL;                                                            \
        if (index < 0) index += vector->count;                                                                       \
        if (index < 0 || index >= vector->count) {                                                                   \
            PyErr_SetString(PyExc_IndexError, "list index out of range");                                            \
            return NULL;                                                                                             \
        }                                                                                                            \
        return vector->items + index;                                                                                \
    }                                                                                                                \
    static PyObject *NAME##_item(View *self, PyObject *key) {                                                        \
        T *place = NAME##_place(self, key);                                                                          \
        return place == NULL ? NULL : GIVE(place, self->owner);                                                      \
    }                                                                                                                \
    static int NAME##_set_item(View *self, PyObject *key, PyObject *value) {                                         \
        T *place = NAME##_place(self, key), item;                                                                    \
        if (place == NULL) return -1;                                                                                \
        if (value == NULL) return PyErr_SetString(PyExc_TypeError, "items cannot be deleted"), -1;                   \
        if (TAKE(value, &item) < 0) return -1;                                                                       \
        FREE(*place);                                                                                                \
        *place = item;                                                                                               \
        return 0;                                                                                                    \
    }                                                                                                                \
    static PyObject *NAME##_append(View *self, PyObject *value) {                                                    \
        T item;                                                                                                      \
        if (TAKE(value, &item) < 0 || NAME##_push(self->vector, item) < 0) return NULL;                              \
        Py_RETURN_NONE;                                                                                              \
    }                                                                                                                \
    static PyObject *NAME##_iterate(PyObject *self) { return make_iterator(NAME##_iterator_type, self); }            \
    static PyObject *NAME##_next(Iterator *self) {                                                                   \
        NAME##Vector *vector = self->view->vector;                                                                   \
        if (self->next >= vector->count) return NULL;                                                                \
        return GIVE(vector->items + self->next++, self->view->owner);                                                \
    }                                                                                                                \
    static PyMethodDef NAME##_methods[] = {{"append", FUNCTION(NAME##_append), METH_O, NULL}, {NULL}};               \
    static PyType_Slot NAME##_slots[] = {                                                                            \
        {Py_tp_dealloc, View_free},          {Py_tp_methods, NAME##_methods},                                        \
        {Py_mp_length, NAME##_length},       {Py_mp_subscript, NAME##_item},                                         \
        {Py_mp_ass_subscript, NAME##_set_item}, {Py_tp_iter, NAME##_iterate}, {0, NULL}};                            \
    static PyType_Spec NAME##_spec = {.name = "objects_c." #NAME, .basicsize = sizeof(View),                         \
                                      .flags = Py_TPFLAGS_DEFAULT, .slots = NAME##_slots};                           \
    static PyType_Slot NAME##_iterator_slots[] = {{Py_tp_dealloc, Iterator_free}, {Py_tp_iter, PyObject_SelfIter},   \
                                                  {Py_tp_iternext, NAME##_next}, {0, NULL}};                         \
    static PyType_Spec NAME##_iterator_spec = {.name = "objects_c." #NAME "Iterator", .basicsize = sizeof(Iterator), \
                                               .flags = Py_TPFLAGS_DEFAULT, .slots = NAME##_iterator_slots};

#define GIVE_DOUBLE(place, owner) give_double(*(place))
#define GIVE_TEXT(place, owner) give_text(*(place))

LIST(Doubles, double, GIVE_DOUBLE, take_double, free_double)
LIST(Texts, Text, GIVE_TEXT, take_text, free_text)
LIST(Inners, InnerValue, give_inner_in, take_inner, free_inner)

/* A hash table of texts with open addressing, and the dict that shows it. */
static uint64_t hash_of(const char *bytes, Py_ssize_t size) {
    uint64_t hash = 14695981039346656037u;
    for (Py_ssize_t index = 0; index < size; index++) hash = (hash ^ (uint8_t)bytes[index]) * 1099511628211u;
    return hash ^ (hash >> 32);
}

#define MAP(NAME, T, GIVE, TAKE, FREE)                                                                               \
    typedef struct {                                                                                                 \
        Text key;                                                                                                    \
        T value;                                                                                                     \
    } NAME##Entry;                                                                                                   \
    typedef struct {                                                                                                 \
        NAME##Entry *entries;                                                                                        \
        Py_ssize_t count, capacity;                                                                                  \
    } NAME##Table;                                                                                                   \
    static PyTypeObject *NAME##_type, *NAME##_iterator_type;                                                         \
    static NAME##Entry *NAME##_find(NAME##Table *table, const char *bytes, Py_ssize_t size) {                        \
        size_t mask = (size_t)table->capacity - 1, at = hash_of(bytes, size) & mask;                                 \
        while (table->entries[at].key.bytes != NULL) {                                                               \
            Text key = table->entries[at].key;                                                                       \
            if (key.size == size && memcmp(key.bytes, bytes, (size_t)size) == 0) break;                              \
            at = (at + 1) & mask;                                                                                    \
        }                                                                                                            \
        return table->entries + at;                                                                                  \
    }                                                                                                                \
    static int NAME##_grow(NAME##Table *table) {                                                                     \
        NAME##Table grown = {NULL, table->count, table->capacity ? table->capacity * 2 : 16};                        \
        grown.entries = calloc((size_t)grown.capacity, sizeof(NAME##Entry));                                         \
        if (grown.entries == NULL) return PyErr_NoMemory(), -1;                                                      \
        for (Py_ssize_t index = 0; index < table->capacity; index++) {                                               \
            NAME##Entry entry = table->entries[index];                                                               \
            if (entry.key.bytes != NULL) *NAME##_find(&grown, entry.key.bytes, entry.key.size) = entry;              \
        }                                                                                                            \
        free(table->entries);                                                                                        \
        *table = grown;                                                                                              \
        return 0;                                                                                                    \
    }                                                                                                                \
    static void NAME##_clear(NAME##Table *table) {                                                                   \
        for (Py_ssize_t index = 0; index < table->capacity; index++)                                                 \
            if (table->entries[index].key.bytes != NULL) {                                                           \
                free_text(table->entries[index].key);                                                                \
                FREE(table->entries[index].value);                                                                   \
            }                                                                                                        \
        free(table->entries);                                                                                        \
    }                                                                                                                \
    static Py_ssize_t NAME##_length(View *self) { return ((NAME##Table *)self->vector)->count; }                     \
    static PyObject *NAME##_item(View *self, PyObject *key) {                                                        \
        NAME##Table *table = self->vector;                                                                           \
        Py_ssize_t size;                                                                                             \
        const char *bytes = PyUnicode_AsUTF8AndSize(key, &size);                                                     \
        if (bytes == NULL) return NULL;                                                                              \
        NAME##Entry *entry = table->capacity ? NAME##_find(table, bytes, size) : NULL;                               \
        if (entry == NULL || entry->key.bytes == NULL) return PyErr_SetObject(PyExc_KeyError, key), NULL;            \
        return GIVE(&entry->value, self->owner);                                                                     \
    }                                                                                                                \
    static int NAME##_set_item(View *self, PyObject *key, PyObject *value) {                                         \
        NAME##Table *table = self->vector;                                                                           \
        T item;                                                                                                      \
        Py_ssize_t size;                                                                                             \
        if (value == NULL) return PyErr_SetString(PyExc_TypeError, "keys cannot be deleted"), -1;                    \
        const char *bytes = PyUnicode_AsUTF8AndSize(key, &size);                                                     \
        if (bytes == NULL || TAKE(value, &item) < 0) return -1;                                                      \
        if (table->count * 4 >= table->capacity * 3 && NAME##_grow(table) < 0) return -1;                            \
        NAME##Entry *entry = NAME##_find(table, bytes, size);                                                        \
        if (entry->key.bytes == NULL) {                                                                              \
            if (take_text(key, &entry->key) < 0) return -1;                                                          \
            table->count++;                                                                                          \
        } else                                                                                                       \
            FREE(entry->value);                                                                                      \
        entry->value = item;                                                                                         \
        return 0;                                                                                                    \
    }                                                                                                                \
    static PyObject *NAME##_iterate(PyObject *self) { return make_iterator(NAME##_iterator_type, self); }            \
    static PyObject *NAME##_next(Iterator *self) {                                                                   \
        NAME##Table *table = self->view->vector;                                                                     \
        while (self->next < table->capacity) {                                                                       \
            Text key = table->entries[self->next++].key;                                                             \
            if (key.bytes != NULL) return give_text(key);                                                            \
        }                                                                                                            \
        return NULL;                                                                                                 \
    }                                                                                                                \
    static PyType_Slot NAME##_slots[] = {                                                                            \
        {Py_tp_dealloc, View_free},  {Py_mp_length, NAME##_length},           {Py_mp_subscript, NAME##_item},        \
        {Py_tp_iter, NAME##_iterate}, {Py_mp_ass_subscript, NAME##_set_item}, {0, NULL}};                            \
    static PyType_Spec NAME##_spec = {.name = "objects_c." #NAME, .basicsize = sizeof(View),                         \
                                      .flags = Py_TPFLAGS_DEFAULT, .slots = NAME##_slots};                           \
    static PyType_Slot NAME##_iterator_slots[] = {{Py_tp_dealloc, Iterator_free}, {Py_tp_iter, PyObject_SelfIter},   \
                                                  {Py_tp_iternext, NAME##_next}, {0, NULL}};                         \
    static PyType_Spec NAME##_iterator_spec = {.name = "objects_c." #NAME "Iterator", .basicsize = sizeof(Iterator), \
                                               .flags = Py_TPFLAGS_DEFAULT, .slots = NAME##_iterator_slots};

MAP(DoubleMap, double, GIVE_DOUBLE, take_double, free_double)
MAP(TextMap, Text, GIVE_TEXT, take_text, free_text)
MAP(InnerMap, InnerValue, give_inner_in, take_inner, free_inner)

/* Fields: attributes of every kind. */
typedef struct {
    PyObject_HEAD
    Text text;
    bool has;
    double maybe;
    InnerValue inner;
    int color;
    DoublesVector items;
} Fields;

static PyObject *colors[3];

static PyObject *Fields_call(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames) {
    if (PyVectorcall_NARGS(nargsf) || kwnames) return PyErr_Format(PyExc_TypeError, "Fields() takes no arguments");
    return allocate((PyTypeObject *)type);
}

static void Fields_free(Fields *self) {
    free_text(self->text);
    Doubles_clear(&self->items);
    object_free((PyObject *)self);
}

#define NO_DELETE(value) \
    if ((value) == NULL) return PyErr_SetString(PyExc_AttributeError, "attributes cannot be deleted"), -1

static PyObject *Fields_get_text(Fields *self, void *unused) { return give_text(self->text); }
static int Fields_set_text(Fields *self, PyObject *value, void *unused) {
    NO_DELETE(value);
    Text text;
    if (take_text(value, &text) < 0) return -1;
    free_text(self->text);
    self->text = text;
    return 0;
}
static PyObject *Fields_get_maybe(Fields *self, void *unused) {
    return self->has ? PyFloat_FromDouble(self->maybe) : Py_NewRef(Py_None);
}
static int Fields_set_maybe(Fields *self, PyObject *value, void *unused) {
    NO_DELETE(value);
    if (value != Py_None && take_double(value, &self->maybe) < 0) return -1;
    self->has = value != Py_None;
    return 0;
}
static PyObject *Fields_get_inner(Fields *self, void *unused) { return give_inner_in(&self->inner, (PyObject *)self); }
static int Fields_set_inner(Fields *self, PyObject *value, void *unused) {
    NO_DELETE(value);
    return take_inner(value, &self->inner);
}
static PyObject *Fields_get_color(Fields *self, void *unused) { return Py_NewRef(colors[self->color]); }
static int Fields_set_color(Fields *self, PyObject *value, void *unused) {
    NO_DELETE(value);
    for (int index = 0; index < 3; index++)
        if (value == colors[index]) return self->color = index, 0;
    return PyErr_SetString(PyExc_TypeError, "a Color is needed"), -1;
}
static PyObject *Fields_get_items(Fields *self, void *unused) {
    return make_view(Doubles_type, (PyObject *)self, &self->items);
}

static PyGetSetDef Fields_fields[] = {
    {"text", (getter)Fields_get_text, (setter)Fields_set_text},
    {"maybe", (getter)Fields_get_maybe, (setter)Fields_set_maybe},
    {"inner", (getter)Fields_get_inner, (setter)Fields_set_inner},
    {"color", (getter)Fields_get_color, (setter)Fields_set_color},
    {"items", (getter)Fields_get_items, NULL},
    {NULL},
};

static PyType_Slot Fields_slots[] = {{Py_tp_dealloc, Fields_free}, {Py_tp_getset, Fields_fields}, {0, NULL}};

static PyType_Spec Fields_spec = {
    .name = "objects_c.Fields", .basicsize = sizeof(Fields), .flags = Py_TPFLAGS_DEFAULT, .slots = Fields_slots};

/* Value: protocols. */
typedef struct {
    PyObject_HEAD
    double number;
    int64_t n;
} Value;

static PyTypeObject *Value_type;
static PyObject *Value_names[2];

static PyObject *make_value(PyTypeObject *type, double number, int64_t n) {
    Value *self = allocate(type);
    if (self == NULL) return NULL;
    self->number = number;
    self->n = n;
    return (PyObject *)self;
}

static PyObject *Value_new(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames) {
    PyObject *given[2] = {NULL, NULL};
    if (take_arguments("Value()", Value_names, 2, args, PyVectorcall_NARGS(nargsf), kwnames, given) < 0) return NULL;
    double number = 0;
    int64_t n = 0;
    if (given[0]) GET_DOUBLE(number, given[0], NULL);
    if (given[1]) GET_INT(n, given[1], NULL);
    return make_value((PyTypeObject *)type, number, n);
}

static PyObject *Value_twice(PyObject *unused, PyObject *argument) {
    double x;
    GET_DOUBLE(x, argument, NULL);
    return PyFloat_FromDouble(x * 2);
}

static PyObject *Value_of(PyObject *type, PyObject *argument) {
    double x;
    GET_DOUBLE(x, argument, NULL);
    return make_value((PyTypeObject *)type, x, 0);
}

static PyObject *Value_apply(Value *self, PyObject *function) {
    PyObject *number = PyFloat_FromDouble(self->number);
    if (number == NULL) return NULL;
    PyObject *given = PyObject_CallOneArg(function, number);
    Py_DECREF(number);
    if (given == NULL) return NULL;
    double result = PyFloat_AsDouble(given);
    Py_DECREF(given);
    if (result == -1.0 && PyErr_Occurred()) return NULL;
    return PyFloat_FromDouble(result);
}

static PyObject *Value_compare(Value *self, PyObject *object, int operation) {
    if (Py_TYPE(object) != Value_type) Py_RETURN_NOTIMPLEMENTED;
    Value *other = (Value *)object;
    switch (operation) {
        case Py_EQ: return PyBool_FromLong(self->number == other->number && self->n == other->n);
        case Py_NE: return PyBool_FromLong(!(self->number == other->number && self->n == other->n));
        case Py_LT: return PyBool_FromLong(self->number < other->number);
    }
    Py_RETURN_NOTIMPLEMENTED;
}

static Py_hash_t Value_hash(Value *self) { return self->n == -1 ? -2 : (Py_hash_t)self->n; }

static PyObject *Value_repr(Value *self) {
    char *number = PyOS_double_to_string(self->number, 'r', 0, Py_DTSF_ADD_DOT_0, NULL);
    if (number == NULL) return NULL;
    PyObject *text = PyUnicode_FromFormat("Value(number=%s, n=%lld)", number, (long long)self->n);
    PyMem_Free(number);
    return text;
}

static int Value_contains(Value *self, PyObject *object) {
    double x;
    GET_DOUBLE(x, object, -1);
    return x < self->number;
}

/* `v(3.)`: a vectorcall in the object costs eight bytes of it, tp_call a tuple. */
static PyObject *Value_call(Value *self, PyObject *args, PyObject *kwargs) {
    if (PyTuple_GET_SIZE(args) != 1 || kwargs) return PyErr_Format(PyExc_TypeError, "one argument is needed");
    double x;
    GET_DOUBLE(x, PyTuple_GET_ITEM(args, 0), NULL);
    return PyFloat_FromDouble(self->number * x);
}

static PyMemberDef Value_members[] = {
    {"number", T_DOUBLE, offsetof(Value, number), 0, NULL}, {"n", T_LONGLONG, offsetof(Value, n), 0, NULL}, {NULL}};

static PyMethodDef Value_methods[] = {
    {"twice", FUNCTION(Value_twice), METH_O | METH_STATIC, NULL},
    {"of", FUNCTION(Value_of), METH_O | METH_CLASS, NULL},
    {"apply", FUNCTION(Value_apply), METH_O, NULL},
    {NULL},
};

static PyType_Slot Value_slots[] = {
    {Py_tp_dealloc, object_free}, {Py_tp_members, Value_members}, {Py_tp_methods, Value_methods},
    {Py_tp_hash, Value_hash},     {Py_tp_repr, Value_repr},       {Py_tp_richcompare, Value_compare},
    {Py_tp_call, Value_call},     {Py_sq_contains, Value_contains}, {0, NULL},
};

static PyType_Spec Value_spec = {
    .name = "objects_c.Value", .basicsize = sizeof(Value), .flags = Py_TPFLAGS_DEFAULT, .slots = Value_slots};

/* Counter: an iterator. */
typedef struct {
    PyObject_HEAD
    int64_t left;
} Counter;

static PyObject *Counter_call(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames) {
    int64_t left;
    if (PyVectorcall_NARGS(nargsf) != 1 || kwnames) return PyErr_Format(PyExc_TypeError, "one argument is needed");
    GET_INT(left, args[0], NULL);
    Counter *self = allocate((PyTypeObject *)type);
    if (self != NULL) self->left = left;
    return (PyObject *)self;
}

static PyObject *Counter_iterate(Counter *self) {
    Counter *copy = allocate(Py_TYPE(self));
    if (copy != NULL) copy->left = self->left;
    return (PyObject *)copy;
}

static PyObject *Counter_next(Counter *self) {
    if (self->left == 0) return NULL;
    return PyLong_FromLongLong(--self->left);
}

static PyType_Slot Counter_slots[] = {
    {Py_tp_dealloc, object_free}, {Py_tp_iter, Counter_iterate}, {Py_tp_iternext, Counter_next}, {0, NULL}};

static PyType_Spec Counter_spec = {
    .name = "objects_c.Counter", .basicsize = sizeof(Counter), .flags = Py_TPFLAGS_DEFAULT, .slots = Counter_slots};

/* Resource: is closed by `with`. */
typedef struct {
    PyObject_HEAD
    int64_t number;
    bool closed;
} Resource;

static PyObject *Resource_call(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames) {
    int64_t number;
    if (PyVectorcall_NARGS(nargsf) != 1 || kwnames) return PyErr_Format(PyExc_TypeError, "one argument is needed");
    GET_INT(number, args[0], NULL);
    Resource *self = allocate((PyTypeObject *)type);
    if (self != NULL) self->number = number;
    return (PyObject *)self;
}

static PyObject *Resource_enter(PyObject *self, PyObject *unused) { return Py_NewRef(self); }

static void Resource_close(Resource *self) {
    self->number = 0;
    self->closed = true;
}

static PyObject *Resource_exit(Resource *self, PyObject *const *args, Py_ssize_t nargs) {
    if (!self->closed) Resource_close(self);
    Py_RETURN_NONE;
}

static void Resource_free(Resource *self) {
    if (!self->closed) Resource_close(self);
    object_free((PyObject *)self);
}

static PyMethodDef Resource_methods[] = {
    {"__enter__", FUNCTION(Resource_enter), METH_NOARGS, NULL},
    {"__exit__", FUNCTION(Resource_exit), METH_FASTCALL, NULL},
    {NULL},
};

static PyType_Slot Resource_slots[] = {{Py_tp_dealloc, Resource_free}, {Py_tp_methods, Resource_methods}, {0, NULL}};

static PyType_Spec Resource_spec = {
    .name = "objects_c.Resource", .basicsize = sizeof(Resource), .flags = Py_TPFLAGS_DEFAULT, .slots = Resource_slots};

/* Objects with three containers. */
#define HOLDER(NAME, FIRST, SECOND, THIRD, SUFFIX)                                                                 \
    typedef struct {                                                                                               \
        PyObject_HEAD                                                                                              \
        FIRST##SUFFIX numbers;                                                                                     \
        SECOND##SUFFIX texts;                                                                                      \
        THIRD##SUFFIX structs;                                                                                     \
    } NAME;                                                                                                        \
    static PyObject *NAME##_call(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames) {        \
        return allocate((PyTypeObject *)type);                                                                     \
    }                                                                                                              \
    static void NAME##_free(NAME *self) {                                                                          \
        FIRST##_clear(&self->numbers);                                                                             \
        SECOND##_clear(&self->texts);                                                                              \
        THIRD##_clear(&self->structs);                                                                             \
        object_free((PyObject *)self);                                                                             \
    }                                                                                                              \
    static PyObject *NAME##_numbers(NAME *self, void *unused) {                                                    \
        return make_view(FIRST##_type, (PyObject *)self, &self->numbers);                                          \
    }                                                                                                              \
    static PyObject *NAME##_texts(NAME *self, void *unused) {                                                      \
        return make_view(SECOND##_type, (PyObject *)self, &self->texts);                                           \
    }                                                                                                              \
    static PyObject *NAME##_structs(NAME *self, void *unused) {                                                    \
        return make_view(THIRD##_type, (PyObject *)self, &self->structs);                                          \
    }                                                                                                              \
    static PyGetSetDef NAME##_fields[] = {{"numbers", (getter)NAME##_numbers}, {"texts", (getter)NAME##_texts},    \
                                          {"structs", (getter)NAME##_structs}, {NULL}};                            \
    static PyType_Slot NAME##_slots[] = {{Py_tp_dealloc, NAME##_free}, {Py_tp_getset, NAME##_fields}, {0, NULL}};  \
    static PyType_Spec NAME##_spec = {.name = "objects_c." #NAME, .basicsize = sizeof(NAME),                       \
                                      .flags = Py_TPFLAGS_DEFAULT, .slots = NAME##_slots};

HOLDER(Lists, Doubles, Texts, Inners, Vector)
HOLDER(Maps, DoubleMap, TextMap, InnerMap, Table)

/* Big: a million numbers. */
typedef struct {
    PyObject_HEAD
    DoublesVector values;
    int64_t bumps;
} Big;

static PyObject *Big_call(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames) {
    if (PyVectorcall_NARGS(nargsf) != 1 || kwnames || !PyList_Check(args[0]))
        return PyErr_Format(PyExc_TypeError, "a list is needed");
    Big *self = allocate((PyTypeObject *)type);
    if (self == NULL) return NULL;
    for (Py_ssize_t index = 0; index < PyList_GET_SIZE(args[0]); index++) {
        double item;
        if (take_double(PyList_GET_ITEM(args[0], index), &item) < 0 || Doubles_push(&self->values, item) < 0) {
            Py_DECREF(self);
            return NULL;
        }
    }
    return (PyObject *)self;
}

static void Big_free(Big *self) {
    Doubles_clear(&self->values);
    object_free((PyObject *)self);
}

static PyObject *Big_bump(Big *self, PyObject *unused) {
    self->values.items[0] += 1;
    return PyLong_FromLongLong(++self->bumps);
}

static PyMethodDef Big_methods[] = {{"bump", FUNCTION(Big_bump), METH_NOARGS, NULL}, {NULL}};

static PyType_Slot Big_slots[] = {{Py_tp_dealloc, Big_free}, {Py_tp_methods, Big_methods}, {0, NULL}};

static PyType_Spec Big_spec = {
    .name = "objects_c.Big", .basicsize = sizeof(Big), .flags = Py_TPFLAGS_DEFAULT, .slots = Big_slots};

static PyMethodDef functions[] = {MARK, {NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "objects_c", .m_size = -1, .m_methods = functions,
};

static int make_colors(PyObject *self) {
    PyObject *enums = PyImport_ImportModule("enum");
    PyObject *type = enums ? PyObject_CallMethod(enums, "IntEnum", "s[(si)(si)(si)]", "Color", "red", 0, "green", 1,
                                                 "blue", 2)
                           : NULL;
    Py_XDECREF(enums);
    if (type == NULL || PyModule_AddObjectRef(self, "Color", type) < 0) return -1;
    const char *names[] = {"red", "green", "blue"};
    for (int index = 0; index < 3; index++)
        if ((colors[index] = PyObject_GetAttrString(type, names[index])) == NULL) return -1;
    Py_DECREF(type);
    return 0;
}

#define MAKE(NAME) \
    if ((NAME##_type = make_type(self, &NAME##_spec, NULL)) == NULL) return NULL
#define MAKE_CONTAINER(NAME) \
    MAKE(NAME);              \
    if ((NAME##_iterator_type = make_type(self, &NAME##_iterator_spec, NULL)) == NULL) return NULL

PyMODINIT_FUNC PyInit_objects_c(void) {
    PyObject *self = PyModule_Create(&module);
    if (self == NULL || make_colors(self) < 0) return NULL;
    Inner_names[0] = PyUnicode_InternFromString("x");
    Inner_names[1] = PyUnicode_InternFromString("n");
    Value_names[0] = PyUnicode_InternFromString("number");
    Value_names[1] = Inner_names[1];
    MAKE_CONTAINER(Doubles);
    MAKE_CONTAINER(Texts);
    MAKE_CONTAINER(Inners);
    MAKE_CONTAINER(DoubleMap);
    MAKE_CONTAINER(TextMap);
    MAKE_CONTAINER(InnerMap);
    if ((Inner_type = make_type(self, &Inner_spec, Inner_call)) == NULL) return NULL;
    if ((Value_type = make_type(self, &Value_spec, Value_new)) == NULL) return NULL;
    if (make_type(self, &Fields_spec, Fields_call) == NULL || make_type(self, &Counter_spec, Counter_call) == NULL ||
        make_type(self, &Resource_spec, Resource_call) == NULL || make_type(self, &Lists_spec, Lists_call) == NULL ||
        make_type(self, &Maps_spec, Maps_call) == NULL || make_type(self, &Big_spec, Big_call) == NULL)
        return NULL;
#ifdef Py_GIL_DISABLED
    PyUnstable_Module_SetGIL(self, Py_MOD_GIL_NOT_USED);
#endif
    return self;
}
