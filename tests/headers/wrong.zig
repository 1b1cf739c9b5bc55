//! Declarations that are wrong on purpose, one in each way that there is: a test shows that the
//! check refuses every one of them by its name.

const options = @import("build_options");

pub const minor: u8 = options.minor;
pub const free_threaded: bool = options.free_threaded;
pub const limited: bool = options.limited;

pub const structs = struct {
    pub const PyObject = opaque {};

    /// One pointer too short, from `format` on.
    pub const Py_buffer = extern struct {
        buf: ?*anyopaque,
        obj: ?*PyObject,
        len: isize,
        itemsize: c_int,
        readonly: c_int,
        ndim: c_int,
        shape: ?[*]isize,
    };
    /// Right in size, wrong in what the fields are.
    pub const PyModuleDef_Slot = extern struct {
        slot: f32,
        value: isize,
    };
};

pub const constants = struct {
    pub const METH_O = 4;
};

pub const functions = struct {
    pub extern fn PyErr_Clear(wrong: c_int) void;
    pub extern fn PyErr_Occurred() c_int;
    pub extern fn PyErr_Format(class: *structs.PyObject, format: [*:0]const u8) ?*structs.PyObject;
    pub extern fn PyFloat_FromDouble(value: f32) ?*structs.PyObject;
    pub extern fn PyLong_FromUnsignedLongLong(value: c_longlong) ?*structs.PyObject;
    pub extern fn PyLong_FromVoidPtr(value: usize) ?*structs.PyObject;
    pub extern fn PyBuffer_Release(view: *structs.PyModuleDef_Slot) void;
    pub extern fn PyList_Append(list: *structs.PyObject) c_int;
    pub extern fn PyTuple_Nonexistent() void;
};

pub const objects = struct {
    pub const PyExc_ValueError = structs.PyObject;
    pub const PyLong_Nonexistent = structs.PyObject;
};

pub const inquiry = fn (*structs.PyObject, c_int) callconv(.c) c_int;
