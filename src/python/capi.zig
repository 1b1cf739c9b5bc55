//! CPython's C API, as much of it as is used, declared by hand for the one CPython that this
//! compilation is for. Nothing of CPython is included or linked, so that every target can be
//! built anywhere; `zig build check-headers` compares each declaration with the real `Python.h`.
//!
//! Functions are extern, structs are CPython's own layouts, which differ by version and in
//! free-threaded builds. With `limited`, only what the stable ABI of CPython 3.12 promises is used.

const std = @import("std");
const builtin = @import("builtin");
const options = @import("build_options");

/// Minor version of the CPython 3 that this is compiled for; with `limited` the oldest one.
pub const minor: u8 = options.minor;
/// Whether it is the free-threaded build, whose objects have another header.
pub const free_threaded: bool = options.free_threaded;
/// Whether to keep to the stable ABI, so that the binary serves every later CPython too.
pub const limited: bool = options.limited;

pub const PyObject = structs.PyObject;
pub const PyMethodDef = structs.PyMethodDef;
pub const PyModuleDef = structs.PyModuleDef;
pub const PyModuleDef_Slot = structs.PyModuleDef_Slot;
pub const Py_buffer = structs.Py_buffer;

/// CPython's Py_ssize_t and Py_hash_t.
pub const Py_ssize_t = isize;

/// How a digit of an int is stored. CPython has 30 bits in 32, but 15 in 16 on 32-bit machines
/// before 3.12; a CPython can be configured otherwise, which the module checks when it is imported.
pub const long_digit_bits: u8 = if (minor < 12 and @sizeOf(usize) == 4) 15 else 30;

/// Whether the layout of an ASCII str is known: bit-fields lie the other way round on big-endian
/// machines, and in free-threaded builds for Windows they do not share a word with `interned`.
pub const ascii_is_readable = !limited and builtin.cpu.arch.endian() == .little and
    !(free_threaded and builtin.os.tag == .windows);

/// Layouts, named and ordered as in C.
pub const structs = struct {
    pub const PyObject = if (free_threaded) extern struct {
        ob_tid: usize,
        ob_flags: u16,
        ob_mutex: u8,
        ob_gc_bits: u8,
        ob_ref_local: u32,
        ob_ref_shared: Py_ssize_t,
        ob_type: ?*structs.PyObject,
    } else extern struct {
        ob_refcnt: Py_ssize_t,
        ob_type: ?*structs.PyObject,
    };

    pub const PyVarObject = extern struct {
        ob_base: structs.PyObject,
        ob_size: Py_ssize_t,
    };

    /// `ob_digit` is the first of the digits, least significant first. The sign is in `ob_size`
    /// before CPython 3.12, and in the two lowest bits of `lv_tag` (0 plus, 1 zero, 2 minus) since.
    pub const PyLongObject = if (minor < 12) extern struct {
        ob_base: PyVarObject,
        ob_digit: [1]Digit,
    } else extern struct {
        ob_base: structs.PyObject,
        long_value: extern struct { lv_tag: usize, ob_digit: [1]Digit },
    };

    pub const Digit = if (long_digit_bits == 15) u16 else u32;

    pub const PyFloatObject = extern struct {
        ob_base: structs.PyObject,
        ob_fval: f64,
    };

    pub const PyBytesObject = extern struct {
        ob_base: PyVarObject,
        ob_shash: Py_ssize_t,
        ob_sval: [1]u8,
    };

    /// A str; where it is ASCII, the text follows the struct. `state` are bit-fields: see
    /// `flagsOf`.
    pub const PyASCIIObject = if (!ascii_is_readable) void else if (minor < 12) extern struct {
        ob_base: structs.PyObject,
        length: Py_ssize_t,
        hash: Py_ssize_t,
        state: u32,
        wstr: ?*anyopaque,
    } else extern struct {
        ob_base: structs.PyObject,
        length: Py_ssize_t,
        hash: Py_ssize_t,
        state: u32,
    };

    /// Any other str that is compact: `utf8` is null until its UTF-8 is asked for.
    pub const PyCompactUnicodeObject =
        if (!ascii_is_readable) void else if (minor < 12) extern struct {
            _base: PyASCIIObject,
            utf8_length: Py_ssize_t,
            utf8: ?[*]u8,
            wstr_length: Py_ssize_t,
        } else extern struct {
            _base: PyASCIIObject,
            utf8_length: Py_ssize_t,
            utf8: ?[*]u8,
        };

    /// While `ob_exports` is not 0, a bytearray keeps its memory.
    pub const PyByteArrayObject = if (minor < 15) extern struct {
        ob_base: PyVarObject,
        ob_alloc: Py_ssize_t,
        ob_bytes: ?[*]u8,
        ob_start: ?[*]u8,
        ob_exports: Py_ssize_t,
    } else extern struct {
        ob_base: PyVarObject,
        ob_alloc: Py_ssize_t,
        ob_bytes: ?[*]u8,
        ob_start: ?[*]u8,
        ob_exports: Py_ssize_t,
        ob_bytes_object: ?*structs.PyObject,
    };

    /// A type, as far as every CPython from 3.10 to 3.15 has it alike.
    pub const PyTypeObject = if (limited) void else extern struct {
        ob_base: PyVarObject,
        tp_name: ?[*:0]const u8,
        tp_basicsize: Py_ssize_t,
        tp_itemsize: Py_ssize_t,
        tp_dealloc: ?*const anyopaque,
        tp_vectorcall_offset: Py_ssize_t,
        tp_getattr: ?*const anyopaque,
        tp_setattr: ?*const anyopaque,
        tp_as_async: ?*anyopaque,
        tp_repr: ?*const anyopaque,
        tp_as_number: ?*anyopaque,
        tp_as_sequence: ?*anyopaque,
        tp_as_mapping: ?*anyopaque,
        tp_hash: ?*const anyopaque,
        tp_call: ?*const anyopaque,
        tp_str: ?*const anyopaque,
        tp_getattro: ?*const anyopaque,
        tp_setattro: ?*const anyopaque,
        tp_as_buffer: ?*anyopaque,
        tp_flags: c_ulong,
        tp_doc: ?[*:0]const u8,
        tp_traverse: ?*const anyopaque,
        tp_clear: ?*const anyopaque,
        tp_richcompare: ?*const anyopaque,
        tp_weaklistoffset: Py_ssize_t,
        tp_iter: ?*const anyopaque,
        tp_iternext: ?*const anyopaque,
        tp_methods: ?*anyopaque,
        tp_members: ?*anyopaque,
        tp_getset: ?*anyopaque,
        tp_base: ?*structs.PyObject,
        tp_dict: ?*structs.PyObject,
        tp_descr_get: ?*const anyopaque,
        tp_descr_set: ?*const anyopaque,
        tp_dictoffset: Py_ssize_t,
        tp_init: ?*const anyopaque,
        tp_alloc: ?*const anyopaque,
        tp_new: ?*const anyopaque,
        tp_free: ?*const anyopaque,
        tp_is_gc: ?*const anyopaque,
        tp_bases: ?*structs.PyObject,
        tp_mro: ?*structs.PyObject,
        tp_cache: ?*structs.PyObject,
        tp_subclasses: ?*anyopaque,
        tp_weaklist: ?*structs.PyObject,
        tp_del: ?*const anyopaque,
        tp_version_tag: c_uint,
        tp_finalize: ?*const anyopaque,
        tp_vectorcall: ?*const vectorcallfunc,
    };

    pub const PyTupleObject = if (minor < 14) extern struct {
        ob_base: PyVarObject,
        ob_item: [1]?*structs.PyObject,
    } else extern struct {
        ob_base: PyVarObject,
        ob_hash: Py_ssize_t,
        ob_item: [1]?*structs.PyObject,
    };

    pub const PyListObject = extern struct {
        ob_base: PyVarObject,
        ob_item: ?[*]?*structs.PyObject,
        allocated: Py_ssize_t,
    };

    pub const PyType_Slot = extern struct {
        slot: c_int = 0,
        pfunc: ?*const anyopaque = null,
    };

    pub const PyType_Spec = extern struct {
        name: [*:0]const u8,
        basicsize: c_int,
        itemsize: c_int = 0,
        flags: c_uint,
        slots: [*]const PyType_Slot,
    };

    pub const PyGetSetDef = extern struct {
        name: ?[*:0]const u8 = null,
        get: ?*const getter = null,
        set: ?*const setter = null,
        doc: ?[*:0]const u8 = null,
        closure: ?*anyopaque = null,
    };

    pub const PyMemberDef = extern struct {
        name: ?[*:0]const u8 = null,
        type: c_int = 0,
        offset: Py_ssize_t = 0,
        flags: c_int = 0,
        doc: ?[*:0]const u8 = null,
    };

    pub const PyMethodDef = extern struct {
        ml_name: ?[*:0]const u8 = null,
        ml_meth: ?*const anyopaque = null,
        ml_flags: c_int = 0,
        ml_doc: ?[*:0]const u8 = null,
    };

    /// What a builtin function is. The interpreter calls through `vectorcall`, unless one of its
    /// specialised instructions knows the flags in `m_ml`.
    pub const PyCFunctionObject = if (limited) void else extern struct {
        ob_base: structs.PyObject,
        m_ml: ?*structs.PyMethodDef,
        m_self: ?*structs.PyObject,
        m_module: ?*structs.PyObject,
        m_weakreflist: ?*structs.PyObject,
        vectorcall: ?*const vectorcallfunc,
    };

    pub const PyModuleDef_Base = extern struct {
        ob_base: structs.PyObject,
        m_init: ?*const anyopaque = null,
        m_index: Py_ssize_t = 0,
        m_copy: ?*structs.PyObject = null,
    };

    pub const PyModuleDef_Slot = extern struct {
        slot: c_int = 0,
        value: ?*const anyopaque = null,
    };

    pub const PyModuleDef = extern struct {
        m_base: PyModuleDef_Base = .{ .ob_base = static_object },
        m_name: ?[*:0]const u8,
        m_doc: ?[*:0]const u8 = null,
        m_size: Py_ssize_t,
        m_methods: ?[*]structs.PyMethodDef = null,
        m_slots: ?[*]const structs.PyModuleDef_Slot = null,
        m_traverse: ?*const traverseproc = null,
        m_clear: ?*const inquiry = null,
        m_free: ?*const freefunc = null,
    };

    pub const Py_buffer = extern struct {
        buf: ?*anyopaque,
        obj: ?*structs.PyObject,
        len: Py_ssize_t,
        itemsize: Py_ssize_t,
        readonly: c_int,
        ndim: c_int,
        format: ?[*:0]u8,
        shape: ?[*]Py_ssize_t,
        strides: ?[*]Py_ssize_t,
        suboffsets: ?[*]Py_ssize_t,
        internal: ?*anyopaque,
    };
};

/// CPython's function types, by their names in C.
pub const visitproc = fn (*PyObject, ?*anyopaque) callconv(.c) c_int;
pub const traverseproc = fn (*PyObject, *const visitproc, ?*anyopaque) callconv(.c) c_int;
pub const inquiry = fn (*PyObject) callconv(.c) c_int;
pub const binaryfunc = fn (*PyObject, *PyObject) callconv(.c) ?*PyObject;
pub const unaryfunc = fn (*PyObject) callconv(.c) ?*PyObject;
pub const newfunc = fn (*PyObject, *PyObject, ?*PyObject) callconv(.c) ?*PyObject;
pub const getter = fn (*PyObject, ?*anyopaque) callconv(.c) ?*PyObject;
pub const setter = fn (*PyObject, ?*PyObject, ?*anyopaque) callconv(.c) c_int;
pub const freefunc = fn (?*anyopaque) callconv(.c) void;
pub const PyCFunction = fn (*PyObject, ?*PyObject) callconv(.c) ?*PyObject;
/// The arguments' number may have `PY_VECTORCALL_ARGUMENTS_OFFSET` in it: see `vectorcallCount`.
pub const vectorcallfunc =
    fn (*PyObject, [*]const *PyObject, usize, ?*PyObject) callconv(.c) ?*PyObject;

/// The header that `PyObject_HEAD_INIT(NULL)` gives an object that is never freed.
pub const static_object: PyObject = if (free_threaded) .{
    .ob_tid = 0,
    .ob_flags = if (minor >= 14) 4 else 0, // _Py_STATICALLY_ALLOCATED_FLAG
    .ob_mutex = 0,
    .ob_gc_bits = 0,
    .ob_ref_local = std.math.maxInt(u32), // _Py_IMMORTAL_REFCNT_LOCAL
    .ob_ref_shared = 0,
    .ob_type = null,
} else .{
    .ob_refcnt = if (limited or minor <= 12)
        1
    else if (minor == 13)
        std.math.maxInt(c_uint) >> (if (@sizeOf(usize) == 8) 0 else 2)
    else if (@sizeOf(usize) == 8)
        (3 << 30) | (5 << 48)
    else
        7 << 28,
    .ob_type = null,
};

/// Values of macros and enums, by their names in C.
pub const constants = struct {
    pub const METH_VARARGS: c_int = 0x1;
    pub const METH_KEYWORDS: c_int = 0x2;
    pub const METH_NOARGS: c_int = 0x4;
    pub const METH_O: c_int = 0x8;
    pub const METH_CLASS: c_int = 0x10;
    pub const METH_STATIC: c_int = 0x20;
    pub const METH_COEXIST: c_int = 0x40;
    pub const METH_FASTCALL: c_int = 0x80;

    pub const Py_LT: c_int = 0;
    pub const Py_LE: c_int = 1;
    pub const Py_EQ: c_int = 2;
    pub const Py_NE: c_int = 3;
    pub const Py_GT: c_int = 4;
    pub const Py_GE: c_int = 5;

    /// Types and flags of a PyMemberDef, which are T_PYSSIZET and READONLY before CPython 3.12.
    pub const Py_T_PYSSIZET: c_int = 19;
    pub const Py_READONLY: c_int = 1;

    pub const PyBUF_WRITABLE: c_int = 0x1;
    pub const PyBUF_FORMAT: c_int = 0x4;
    pub const PyBUF_ND: c_int = 0x8;
    pub const PyBUF_STRIDES: c_int = 0x10 | PyBUF_ND;
    pub const PyBUF_INDIRECT: c_int = 0x100 | PyBUF_STRIDES;
    pub const PyBUF_C_CONTIGUOUS: c_int = 0x20 | PyBUF_STRIDES;
    pub const PyBUF_F_CONTIGUOUS: c_int = 0x40 | PyBUF_STRIDES;
    pub const PyBUF_ANY_CONTIGUOUS: c_int = 0x80 | PyBUF_STRIDES;

    pub const Py_TPFLAGS_DISALLOW_INSTANTIATION: c_ulong = 1 << 7;
    pub const Py_TPFLAGS_HEAPTYPE: c_ulong = 1 << 9;
    pub const Py_TPFLAGS_BASETYPE: c_ulong = 1 << 10;
    pub const Py_TPFLAGS_HAVE_GC: c_ulong = 1 << 14;
    pub const Py_TPFLAGS_DEFAULT: c_ulong = 0;
    pub const Py_TPFLAGS_LONG_SUBCLASS: c_ulong = 1 << 24;
    pub const Py_TPFLAGS_LIST_SUBCLASS: c_ulong = 1 << 25;
    pub const Py_TPFLAGS_TUPLE_SUBCLASS: c_ulong = 1 << 26;
    pub const Py_TPFLAGS_DICT_SUBCLASS: c_ulong = 1 << 29;
    pub const Py_TPFLAGS_TYPE_SUBCLASS: c_ulong = 1 << 31;
    pub const Py_TPFLAGS_UNICODE_SUBCLASS: c_ulong = 1 << 28;

    pub const Py_bf_getbuffer: c_int = 1;
    pub const Py_bf_releasebuffer: c_int = 2;
    pub const Py_mp_ass_subscript: c_int = 3;
    pub const Py_mp_length: c_int = 4;
    pub const Py_mp_subscript: c_int = 5;
    pub const Py_nb_absolute: c_int = 6;
    pub const Py_nb_add: c_int = 7;
    pub const Py_nb_and: c_int = 8;
    pub const Py_nb_bool: c_int = 9;
    pub const Py_nb_divmod: c_int = 10;
    pub const Py_nb_float: c_int = 11;
    pub const Py_nb_floor_divide: c_int = 12;
    pub const Py_nb_index: c_int = 13;
    pub const Py_nb_inplace_add: c_int = 14;
    pub const Py_nb_inplace_and: c_int = 15;
    pub const Py_nb_inplace_floor_divide: c_int = 16;
    pub const Py_nb_inplace_lshift: c_int = 17;
    pub const Py_nb_inplace_multiply: c_int = 18;
    pub const Py_nb_inplace_or: c_int = 19;
    pub const Py_nb_inplace_remainder: c_int = 21;
    pub const Py_nb_inplace_rshift: c_int = 22;
    pub const Py_nb_inplace_subtract: c_int = 23;
    pub const Py_nb_inplace_true_divide: c_int = 24;
    pub const Py_nb_inplace_xor: c_int = 25;
    pub const Py_nb_int: c_int = 26;
    pub const Py_nb_invert: c_int = 27;
    pub const Py_nb_lshift: c_int = 28;
    pub const Py_nb_multiply: c_int = 29;
    pub const Py_nb_negative: c_int = 30;
    pub const Py_nb_or: c_int = 31;
    pub const Py_nb_positive: c_int = 32;
    pub const Py_nb_remainder: c_int = 34;
    pub const Py_nb_rshift: c_int = 35;
    pub const Py_nb_subtract: c_int = 36;
    pub const Py_nb_true_divide: c_int = 37;
    pub const Py_nb_xor: c_int = 38;
    pub const Py_nb_matrix_multiply: c_int = 75;
    pub const Py_nb_inplace_matrix_multiply: c_int = 76;
    pub const Py_sq_concat: c_int = 40;
    pub const Py_sq_contains: c_int = 41;
    pub const Py_sq_inplace_concat: c_int = 42;
    pub const Py_sq_inplace_repeat: c_int = 43;
    pub const Py_sq_item: c_int = 44;
    pub const Py_sq_length: c_int = 45;
    pub const Py_sq_repeat: c_int = 46;
    pub const Py_tp_base: c_int = 48;
    pub const Py_tp_call: c_int = 50;
    pub const Py_tp_free: c_int = 74;
    pub const Py_tp_str: c_int = 70;
    pub const Py_tp_dealloc: c_int = 52;
    pub const Py_tp_doc: c_int = 56;
    pub const Py_tp_hash: c_int = 59;
    pub const Py_tp_init: c_int = 60;
    pub const Py_tp_iter: c_int = 62;
    pub const Py_tp_iternext: c_int = 63;
    pub const Py_tp_methods: c_int = 64;
    pub const Py_tp_new: c_int = 65;
    pub const Py_tp_repr: c_int = 66;
    pub const Py_tp_richcompare: c_int = 67;
    pub const Py_tp_clear: c_int = 51;
    pub const Py_tp_traverse: c_int = 71;
    pub const Py_tp_members: c_int = 72;
    pub const Py_tp_getset: c_int = 73;

    /// Slot numbers of PyModuleDef. CPython 3.15 renumbers them, and takes these still.
    pub const Py_mod_exec: c_int = 2;
    pub const Py_mod_multiple_interpreters: c_int = 3;
    pub const Py_mod_gil: c_int = 4;
};

/// Values of the module slots, which are pointers in C.
pub const Py_MOD_PER_INTERPRETER_GIL_SUPPORTED: ?*const anyopaque = @ptrFromInt(2);
pub const Py_MOD_GIL_NOT_USED: ?*const anyopaque = @ptrFromInt(1);

/// Functions that the interpreter exports. Comments give what C's types cannot: whether a
/// returned reference is new or borrowed, and what a failure looks like.
pub const functions = struct {
    // Reference counts. The functions take NULL.
    pub extern fn Py_IncRef(object: ?*PyObject) void;
    pub extern fn Py_DecRef(object: ?*PyObject) void;

    // Errors. PyErr_Occurred is borrowed.
    pub extern fn PyErr_CheckSignals() c_int;
    pub extern fn PyErr_Clear() void;
    pub extern fn PyErr_WarnEx(
        category: *PyObject,
        message: [*:0]const u8,
        level: Py_ssize_t,
    ) c_int;
    pub extern fn PyErr_ExceptionMatches(class: *PyObject) c_int;
    pub extern fn PyErr_Fetch(class: *?*PyObject, value: *?*PyObject, traceback: *?*PyObject) void;
    pub extern fn PyErr_Restore(class: ?*PyObject, value: ?*PyObject, traceback: ?*PyObject) void;
    pub extern fn PyErr_Format(class: *PyObject, format: [*:0]const u8, ...) ?*PyObject;
    pub extern fn PyErr_NewExceptionWithDoc(
        name: [*:0]const u8,
        doc: ?[*:0]const u8,
        base: ?*PyObject,
        dict: ?*PyObject,
    ) ?*PyObject;
    pub extern fn PyErr_NoMemory() ?*PyObject;
    pub extern fn PyErr_Occurred() ?*PyObject;
    pub extern fn PyErr_SetInterrupt() void;
    pub extern fn PyErr_SetObject(class: *PyObject, value: ?*PyObject) void;
    pub extern fn PyErr_SetString(class: *PyObject, message: [*:0]const u8) void;
    // Steals the cause; the cause may be null.
    pub extern fn PyException_SetCause(exception: *PyObject, cause: ?*PyObject) void;
    pub extern fn PyErr_NormalizeException(
        class: *?*PyObject,
        value: *?*PyObject,
        traceback: *?*PyObject,
    ) void;
    pub extern fn PyErr_WriteUnraisable(object: ?*PyObject) void;
    /// Whether SIGINT came, which is forgotten then; in the main thread alone.
    pub extern fn PyOS_InterruptOccurred() c_int;
    pub extern fn Py_FatalError(message: [*:0]const u8) noreturn;

    // Python is not needed for this, which fails where too much is asked already.
    pub extern fn Py_AddPendingCall(
        function: ?*const fn (?*anyopaque) callconv(.c) c_int,
        argument: ?*anyopaque,
    ) c_int;

    // The GIL, or a free-threaded interpreter's attachment, of this thread.
    pub extern fn PyEval_GetFrame() ?*PyObject;
    pub extern fn PyEval_SaveThread() ?*anyopaque;
    pub extern fn PyEval_RestoreThread(state: ?*anyopaque) void;
    pub extern fn PyGILState_GetThisThreadState() ?*anyopaque;
    pub extern fn PyThreadState_GetInterpreter(state: *anyopaque) *anyopaque;
    pub extern fn PyThreadState_New(interpreter: *anyopaque) ?*anyopaque;
    pub extern fn PyThreadState_Clear(state: *anyopaque) void;
    pub extern fn PyThreadState_Delete(state: *anyopaque) void;

    // Frames of tracebacks. The thread state and the interpreter's dict are lent; globals too.
    pub extern fn PyCode_NewEmpty(file: [*:0]const u8, name: [*:0]const u8, line: c_int) ?*PyObject;
    pub extern fn PyFrame_New(
        thread: *anyopaque,
        code: *PyObject,
        globals: *PyObject,
        locals: ?*PyObject,
    ) ?*PyObject;
    pub extern fn PyTraceBack_Here(frame: *PyObject) c_int;
    pub extern fn PyThreadState_Get() *anyopaque;
    pub extern fn PyInterpreterState_Get() *anyopaque;
    pub extern fn PyInterpreterState_GetDict(interpreter: *anyopaque) ?*PyObject;

    // Any object. All return new references or NULL.
    pub extern fn PyObject_GetAttr(object: *PyObject, name: *PyObject) ?*PyObject;
    pub extern fn PyObject_GetAttrString(object: *PyObject, name: [*:0]const u8) ?*PyObject;
    pub extern fn PyObject_SetAttr(object: *PyObject, name: *PyObject, value: ?*PyObject) c_int;
    pub extern fn PyObject_SetAttrString(
        object: *PyObject,
        name: [*:0]const u8,
        value: *PyObject,
    ) c_int;
    pub extern fn PyObject_GetBuffer(object: *PyObject, view: *Py_buffer, flags: c_int) c_int;
    pub extern fn PyBuffer_Release(view: *Py_buffer) void;
    pub extern fn PyObject_CheckBuffer(object: *PyObject) c_int;
    pub extern fn PyObject_ClearWeakRefs(object: *PyObject) void;
    pub extern fn PyObject_IsTrue(object: *PyObject) c_int;
    pub extern fn PySet_New(items: ?*PyObject) ?*PyObject;
    pub extern fn PySet_Add(set: *PyObject, item: *PyObject) c_int;
    pub extern fn PyObject_SelfIter(object: *PyObject) ?*PyObject;
    pub extern fn PyObject_HashNotImplemented(object: *PyObject) Py_ssize_t;
    pub extern fn PyObject_Init(object: *PyObject, class: *PyObject) ?*PyObject;
    pub extern fn PyObject_Malloc(size: usize) ?*anyopaque;
    pub extern fn PyObject_Free(memory: ?*anyopaque) void;
    pub extern fn PyObject_Hash(object: *PyObject) Py_ssize_t;
    pub extern fn PyObject_GC_Del(object: *PyObject) void;
    pub extern fn PyObject_GC_Track(object: *PyObject) void;
    pub extern fn PyObject_GC_UnTrack(object: *PyObject) void;
    pub extern fn PyObject_Vectorcall(
        callable: *PyObject,
        args: [*]const *PyObject,
        nargsf: usize,
        kwnames: ?*PyObject,
    ) ?*PyObject;
    pub extern fn PyType_FromModuleAndSpec(
        module: *PyObject,
        spec: *const structs.PyType_Spec,
        bases: ?*PyObject,
    ) ?*PyObject;
    pub extern fn PyType_GenericAlloc(class: *PyObject, items: Py_ssize_t) ?*PyObject;
    pub extern fn PyObject_Call(
        callable: *PyObject,
        args: *PyObject,
        kwargs: ?*PyObject,
    ) ?*PyObject;
    pub extern fn PyImport_ImportModule(name: [*:0]const u8) ?*PyObject;
    pub extern fn Py_GenericAlias(origin: *PyObject, args: *PyObject) ?*PyObject;
    pub extern fn PyNumber_And(a: *PyObject, b: *PyObject) ?*PyObject;
    pub extern fn PyNumber_Lshift(a: *PyObject, b: *PyObject) ?*PyObject;
    pub extern fn PyNumber_Or(a: *PyObject, b: *PyObject) ?*PyObject;
    pub extern fn PyNumber_Rshift(a: *PyObject, b: *PyObject) ?*PyObject;
    pub extern fn PySequence_Concat(a: *PyObject, b: *PyObject) ?*PyObject;
    pub extern fn PySequence_Repeat(sequence: *PyObject, count: Py_ssize_t) ?*PyObject;
    pub extern fn PySequence_List(sequence: *PyObject) ?*PyObject;
    pub extern fn PySeqIter_New(sequence: *PyObject) ?*PyObject;
    pub extern fn PySlice_AdjustIndices(
        size: Py_ssize_t,
        start: *Py_ssize_t,
        stop: *Py_ssize_t,
        step: Py_ssize_t,
    ) Py_ssize_t;
    pub extern fn PySlice_Unpack(
        slice: *PyObject,
        start: *Py_ssize_t,
        stop: *Py_ssize_t,
        step: *Py_ssize_t,
    ) c_int;
    pub extern fn PyObject_Size(object: *PyObject) Py_ssize_t;
    pub extern fn PyMemoryView_FromObject(object: *PyObject) ?*PyObject;
    pub extern fn PySequence_GetItem(sequence: *PyObject, index: Py_ssize_t) ?*PyObject;
    pub extern fn PyObject_GetItem(object: *PyObject, key: *PyObject) ?*PyObject;
    pub extern fn PyObject_SetItem(object: *PyObject, key: *PyObject, value: *PyObject) c_int;
    pub extern fn PyObject_GetIter(object: *PyObject) ?*PyObject;
    pub extern fn PyIter_Next(iterator: *PyObject) ?*PyObject;
    pub extern fn PyObject_IsInstance(object: *PyObject, class: *PyObject) c_int;
    pub extern fn PyNumber_AsSsize_t(number: *PyObject, exception: ?*PyObject) Py_ssize_t;
    pub extern fn PyIndex_Check(object: *PyObject) c_int;
    pub extern fn PyObject_Repr(object: *PyObject) ?*PyObject;
    pub extern fn PyInstanceMethod_New(function: *PyObject) ?*PyObject;
    pub extern fn PyObject_RichCompareBool(a: *PyObject, b: *PyObject, operator: c_int) c_int;
    pub extern fn PyObject_Str(object: *PyObject) ?*PyObject;
    pub extern fn PyObject_Format(object: *PyObject, spec: ?*PyObject) ?*PyObject;
    pub extern fn PyObject_RichCompare(
        object: *PyObject,
        other: *PyObject,
        operator: c_int,
    ) ?*PyObject;
    pub extern fn PySequence_Tuple(sequence: *PyObject) ?*PyObject;
    pub extern fn PyComplex_FromDoubles(real: f64, imag: f64) ?*PyObject;
    pub extern fn PyComplex_ImagAsDouble(number: *PyObject) f64;
    pub extern fn PyComplex_RealAsDouble(number: *PyObject) f64;
    pub extern fn PyNumber_Index(object: *PyObject) ?*PyObject;
    pub extern fn PyNumber_Long(object: *PyObject) ?*PyObject;
    pub extern fn PyFloat_FromString(text: *PyObject) ?*PyObject;
    pub extern fn PyType_GetModule(class: *PyObject) ?*PyObject;
    pub extern fn PyType_GetFlags(class: *PyObject) c_ulong;
    pub extern fn PyType_GetSlot(class: *PyObject, slot: c_int) ?*anyopaque;
    pub extern fn PyType_IsSubtype(class: *PyObject, base: *PyObject) c_int;

    // Memory. The raw domain needs no thread state; the stable ABI has it since 3.13. An enum of C
    // is an unsigned int.
    pub extern fn PyGILState_Ensure() c_uint;
    pub extern fn PyGILState_Release(state: c_uint) void;
    pub extern fn PyMem_Malloc(size: usize) ?*anyopaque;
    pub extern fn PyMem_Realloc(memory: ?*anyopaque, size: usize) ?*anyopaque;
    pub extern fn PyMem_Free(memory: ?*anyopaque) void;
    pub extern fn PyMem_RawMalloc(size: usize) ?*anyopaque;
    pub extern fn PyMem_RawRealloc(memory: ?*anyopaque, size: usize) ?*anyopaque;
    pub extern fn PyMem_RawFree(memory: ?*anyopaque) void;

    // int and float. The conversions to C return -1 with an error set, or with `overflow` not 0.
    pub extern fn PyLong_AsLongLongAndOverflow(int: *PyObject, overflow: *c_int) c_longlong;
    pub extern fn PyLong_AsUnsignedLongLong(int: *PyObject) c_ulonglong;
    pub extern fn PyLong_FromLongLong(value: c_longlong) ?*PyObject;
    pub extern fn PyLong_FromUnsignedLongLong(value: c_ulonglong) ?*PyObject;
    pub extern fn PyLong_AsLongLong(int: *PyObject) c_longlong;
    pub extern fn PyLong_AsLong(int: *PyObject) c_long;
    pub extern fn PyFloat_AsDouble(number: *PyObject) f64;
    pub extern fn PyFloat_FromDouble(value: f64) ?*PyObject;

    // str and bytes. The UTF-8 of a str belongs to the str.
    pub extern fn PyUnicode_AsUTF8AndSize(text: *PyObject, size: *Py_ssize_t) ?[*]const u8;
    pub extern fn PyUnicode_DecodeUTF8(
        bytes: [*]const u8,
        size: Py_ssize_t,
        errors: ?[*:0]const u8,
    ) ?*PyObject;
    pub extern fn PyUnicode_FromFormat(format: [*:0]const u8, ...) ?*PyObject;
    pub extern fn PyUnicode_FromStringAndSize(bytes: ?[*]const u8, size: Py_ssize_t) ?*PyObject;
    pub extern fn PyUnicode_Join(separator: *PyObject, texts: *PyObject) ?*PyObject;
    pub extern fn PyUnicode_New(size: Py_ssize_t, largest: u32) ?*PyObject;
    pub extern fn PyUnicode_InternFromString(text: [*:0]const u8) ?*PyObject;
    pub extern fn PyOS_FSPath(path: *PyObject) ?*PyObject;
    pub extern fn PyUnicode_EncodeFSDefault(text: *PyObject) ?*PyObject;
    pub extern fn PyUnicode_DecodeFSDefaultAndSize(
        bytes: [*]const u8,
        size: Py_ssize_t,
    ) ?*PyObject;
    pub extern fn PyBytes_AsStringAndSize(bytes: *PyObject, data: *?[*]u8, size: *Py_ssize_t) c_int;
    pub extern fn PyBytes_FromStringAndSize(bytes: ?[*]const u8, size: Py_ssize_t) ?*PyObject;

    // Containers. PyTuple_SetItem and PyList_SetItem steal `item`; the getters lend.
    pub extern fn PyDict_Contains(dict: *PyObject, key: *PyObject) c_int;
    pub extern fn PyDict_Copy(dict: *PyObject) ?*PyObject;
    pub extern fn PyDict_DelItemString(dict: *PyObject, key: [*:0]const u8) c_int;
    pub extern fn PyDict_GetItemString(dict: *PyObject, key: [*:0]const u8) ?*PyObject;
    pub extern fn PyDict_GetItemWithError(dict: *PyObject, key: *PyObject) ?*PyObject;
    pub extern fn PyDict_Keys(dict: *PyObject) ?*PyObject;
    pub extern fn PyDict_New() ?*PyObject;
    pub extern fn PyDict_Next(
        dict: *PyObject,
        position: *Py_ssize_t,
        key: *?*PyObject,
        value: *?*PyObject,
    ) c_int;
    pub extern fn PyDict_SetDefault(dict: *PyObject, key: *PyObject, default: *PyObject) ?*PyObject;
    pub extern fn PyDict_Items(dict: *PyObject) ?*PyObject;
    pub extern fn PyDict_SetItem(dict: *PyObject, key: *PyObject, item: *PyObject) c_int;
    pub extern fn PyDict_Update(dict: *PyObject, other: *PyObject) c_int;
    pub extern fn PyDict_Size(dict: *PyObject) Py_ssize_t;
    pub extern fn PyList_GetItem(list: *PyObject, index: Py_ssize_t) ?*PyObject;
    pub extern fn PyList_SetItem(list: *PyObject, index: Py_ssize_t, item: ?*PyObject) c_int;
    pub extern fn PyList_Size(list: *PyObject) Py_ssize_t;
    pub extern fn PyDict_SetItemString(dict: *PyObject, key: [*:0]const u8, item: *PyObject) c_int;
    pub extern fn PyList_Append(list: *PyObject, item: *PyObject) c_int;
    pub extern fn PyList_New(size: Py_ssize_t) ?*PyObject;
    pub extern fn PyTuple_GetItem(tuple: *PyObject, index: Py_ssize_t) ?*PyObject;
    pub extern fn PyTuple_New(size: Py_ssize_t) ?*PyObject;
    pub extern fn PyTuple_Pack(count: Py_ssize_t, ...) ?*PyObject;
    pub extern fn PyTuple_SetItem(tuple: *PyObject, index: Py_ssize_t, item: ?*PyObject) c_int;
    pub extern fn PyTuple_Size(tuple: *PyObject) Py_ssize_t;

    // Builtin functions: what a PyMethodDef said. PyCFunction_GetSelf lends.
    pub extern fn PyCFunction_GetFlags(function: *PyObject) c_int;
    pub extern fn PyCFunction_GetFunction(function: *PyObject) ?*const PyCFunction;
    pub extern fn PyCFunction_GetSelf(function: *PyObject) ?*PyObject;
    pub extern fn PyCallable_Check(object: *PyObject) c_int;
    pub extern fn PyUnicode_InternInPlace(text: *?*PyObject) void;

    pub extern fn PyDescr_NewGetSet(
        class: *PyObject,
        def: *const structs.PyGetSetDef,
    ) ?*PyObject;
    pub extern fn PyDescr_NewMethod(class: *PyObject, def: *const PyMethodDef) ?*PyObject;

    // Capsules: pointers with a name, which lend what they have.
    pub extern fn PyCapsule_New(
        pointer: *anyopaque,
        name: ?[*:0]const u8,
        destructor: ?*const fn (*PyObject) callconv(.c) void,
    ) ?*PyObject;
    pub extern fn PyCapsule_GetPointer(capsule: *PyObject, name: ?[*:0]const u8) ?*anyopaque;
    pub extern fn PyCapsule_IsValid(capsule: *PyObject, name: ?[*:0]const u8) c_int;
    pub extern fn PyCapsule_SetName(capsule: *PyObject, name: ?[*:0]const u8) c_int;

    // Locks and the identity of threads.
    pub extern fn PyThread_allocate_lock() ?*anyopaque;
    pub extern fn PyThread_free_lock(lock: *anyopaque) void;
    pub extern fn PyThread_acquire_lock(lock: *anyopaque, wait: c_int) c_int;
    pub extern fn PyThread_acquire_lock_timed(
        lock: *anyopaque,
        microseconds: c_longlong,
        interruptible: c_int,
    ) c_int;
    pub extern fn PyThread_release_lock(lock: *anyopaque) void;

    // Free-threaded builds only.
    pub extern fn PyUnstable_TryIncRef(object: *PyObject) c_int;
    pub extern fn PyUnstable_EnableTryIncRef(object: *PyObject) void;
    pub extern fn PyMutex_Lock(mutex: *u8) void;
    pub extern fn PyMutex_Unlock(mutex: *u8) void;
    pub extern fn PyDict_GetItemRef(dict: *PyObject, key: *PyObject, item: *?*PyObject) c_int;

    // Modules. PyImport_AddModule-like lookups are not used: a module's state is reached from it.
    pub extern fn PyModule_AddObjectRef(
        module: *PyObject,
        name: [*:0]const u8,
        value: ?*PyObject,
    ) c_int;
    pub extern fn PyModule_GetDict(module: *PyObject) ?*PyObject;
    pub extern fn PyModule_GetFilenameObject(module: *PyObject) ?*PyObject;
    pub extern fn PyModule_GetState(module: *PyObject) ?*anyopaque;
    pub extern fn PyModuleDef_Init(def: *PyModuleDef) ?*PyObject;
    pub extern fn PyCFunction_NewEx(
        def: *const PyMethodDef,
        self: ?*PyObject,
        module: ?*PyObject,
    ) ?*PyObject;
    pub extern fn PySys_GetObject(name: [*:0]const u8) ?*PyObject;
};

/// Objects that the interpreter exports, and the type that each has here.
pub const objects = struct {
    pub const _Py_FalseStruct = PyObject;
    pub const _Py_NoneStruct = PyObject;
    pub const _Py_EllipsisObject = PyObject;
    pub const _Py_NotImplementedStruct = PyObject;
    pub const PyBaseObject_Type = PyObject;
    pub const _Py_TrueStruct = PyObject;
    pub const PyByteArray_Type = PyObject;
    pub const PyBytes_Type = PyObject;
    pub const PyComplex_Type = PyObject;
    pub const PyCFunction_Type = PyObject;
    pub const PyDict_Type = PyObject;
    pub const PyFloat_Type = PyObject;
    pub const PyList_Type = PyObject;
    pub const PyLong_Type = PyObject;
    pub const PySlice_Type = PyObject;
    pub const PyTuple_Type = PyObject;
    pub const PyUnicode_Type = PyObject;
    pub const PyExc_ArithmeticError = *PyObject;
    pub const PyExc_AssertionError = *PyObject;
    pub const PyExc_AttributeError = *PyObject;
    pub const PyExc_BaseException = *PyObject;
    pub const PyExc_BlockingIOError = *PyObject;
    pub const PyExc_BrokenPipeError = *PyObject;
    pub const PyExc_BufferError = *PyObject;
    pub const PyExc_ChildProcessError = *PyObject;
    pub const PyExc_ConnectionAbortedError = *PyObject;
    pub const PyExc_ConnectionRefusedError = *PyObject;
    pub const PyExc_ConnectionResetError = *PyObject;
    pub const PyExc_EOFError = *PyObject;
    pub const PyExc_FileExistsError = *PyObject;
    pub const PyExc_FileNotFoundError = *PyObject;
    pub const PyExc_ImportError = *PyObject;
    pub const PyExc_IndexError = *PyObject;
    pub const PyExc_InterruptedError = *PyObject;
    pub const PyExc_IsADirectoryError = *PyObject;
    pub const PyExc_KeyError = *PyObject;
    pub const PyExc_KeyboardInterrupt = *PyObject;
    pub const PyExc_MemoryError = *PyObject;
    pub const PyExc_NotADirectoryError = *PyObject;
    pub const PyExc_NotImplementedError = *PyObject;
    pub const PyExc_OSError = *PyObject;
    pub const PyExc_OverflowError = *PyObject;
    pub const PyExc_PermissionError = *PyObject;
    pub const PyExc_ProcessLookupError = *PyObject;
    pub const PyExc_RecursionError = *PyObject;
    pub const PyExc_ReferenceError = *PyObject;
    pub const PyExc_ResourceWarning = *PyObject;
    pub const PyExc_RuntimeError = *PyObject;
    pub const PyExc_StopIteration = *PyObject;
    pub const PyExc_TimeoutError = *PyObject;
    pub const PyExc_TypeError = *PyObject;
    pub const PyExc_UnicodeError = *PyObject;
    pub const PyExc_ValueError = *PyObject;
    pub const PyExc_ZeroDivisionError = *PyObject;
};

/// The address of one of `objects`: of the object itself, or of the variable that points to it.
pub inline fn object(comptime name: []const u8) *@field(objects, name) {
    return @extern(*@field(objects, name), .{
        .name = name,
        // Data, unlike a function, cannot be reached through a thunk of the import library.
        .is_dll_import = builtin.os.tag == .windows,
    });
}

/// A builtin exception class (borrowed), by its Python name.
pub inline fn exception(comptime name: []const u8) *PyObject {
    return object("PyExc_" ++ name).*;
}

/// The type of an object (borrowed): C's Py_TYPE. Types are objects, no more is known of them here.
pub inline fn typeOf(value: *PyObject) *PyObject {
    return value.ob_type.?;
}

/// What a type is, where that is known.
pub inline fn typeLayout(class: *PyObject) *structs.PyTypeObject {
    return @ptrCast(@alignCast(class));
}

/// What Python.h does not show, or shows by structs of structs: `expectModule` and `expectType`
/// compare it with what CPython says when a module is imported.
const layouts = struct {
    /// A type that was made by a call, as far as the module that made it.
    pub const PyHeapTypeObject = if (limited) void else extern struct {
        ht_type: structs.PyTypeObject,
        /// `tp_watched` and `tp_versions_used`, then `_tp_iteritem`.
        internal: [if (minor < 12) 0 else if (minor < 15) 1 else 2]usize,
        as_async: [4]?*const anyopaque,
        as_number: [36]?*const anyopaque,
        as_mapping: [3]?*const anyopaque,
        as_sequence: [10]?*const anyopaque,
        as_buffer: [2]?*const anyopaque,
        ht_name: ?*structs.PyObject,
        ht_slots: ?*structs.PyObject,
        ht_qualname: ?*structs.PyObject,
        ht_cached_keys: ?*anyopaque,
        ht_module: ?*structs.PyObject,
    };

    /// A module, as far as its state.
    pub const PyModuleObject = if (limited) void else if (minor < 15) extern struct {
        ob_base: structs.PyObject,
        md_dict: ?*structs.PyObject,
        md_def: ?*structs.PyModuleDef,
        md_state: ?*anyopaque,
    } else extern struct {
        ob_base: structs.PyObject,
        md_dict: ?*structs.PyObject,
        md_state: ?*anyopaque,
    };
};

/// The module (borrowed) that made a type of ours; null, and no error set, where the garbage
/// collector took it already.
pub inline fn moduleOfType(class: *PyObject) ?*PyObject {
    if (!limited) {
        const layout: *layouts.PyHeapTypeObject = @ptrCast(@alignCast(class));
        return layout.ht_module;
    }
    const module = functions.PyType_GetModule(class);
    if (module == null) functions.PyErr_Clear();
    return module;
}

/// The state of a module of ours; null where it has none.
pub inline fn stateOfModule(module: *PyObject) ?*anyopaque {
    if (limited) return functions.PyModule_GetState(module);
    const layout: *layouts.PyModuleObject = @ptrCast(@alignCast(module));
    return layout.md_state;
}

/// Whether modules are in memory what this was compiled for. False with the error set.
pub fn expectModule(module: *PyObject) bool {
    if (limited or stateOfModule(module) == functions.PyModule_GetState(module)) return true;
    return refuseLayout();
}

/// The same of types.
pub fn expectType(class: *PyObject) bool {
    if (limited or moduleOfType(class) == functions.PyType_GetModule(class)) return true;
    return refuseLayout();
}

noinline fn refuseLayout() bool {
    functions.PyErr_SetString(
        exception("ImportError"),
        "the module was compiled for another CPython than this one",
    );
    return false;
}

/// The `__name__` of the type of `value`: new reference, or null with the error set.
pub fn typeName(value: *PyObject) ?*PyObject {
    return functions.PyObject_GetAttrString(typeOf(value), "__name__");
}

/// Whether the type of `value` is exactly the exported type `name`.
pub inline fn isExactly(value: *PyObject, comptime name: []const u8) bool {
    return value.ob_type == object(name);
}

/// Whether `value` is an instance of int, bytes, str or a subclass: their flags are inherited.
pub inline fn hasFlag(value: *PyObject, comptime flag: []const u8) bool {
    return flagsOfType(typeOf(value)) & @field(constants, "Py_TPFLAGS_" ++ flag) != 0;
}

/// The flags of a type. Other threads may set some of them.
pub inline fn flagsOfType(class: *PyObject) c_ulong {
    if (limited) return functions.PyType_GetFlags(class);
    return @atomicLoad(c_ulong, &typeLayout(class).tp_flags, .monotonic);
}

/// The text of a str that is ASCII, which belongs to it, where it can be read without a call.
/// Null of any other str, which may be ASCII all the same.
pub inline fn asciiOf(str: *PyObject) ?[]const u8 {
    if (!ascii_is_readable) return null;
    const header: *const structs.PyASCIIObject = @ptrCast(@alignCast(str));
    const flags = flagsOf(header);
    if (!flags.compact or !flags.ascii) return null;
    const bytes: [*]const u8 = @ptrCast(header);
    return bytes[@sizeOf(structs.PyASCIIObject)..][0..@intCast(header.length)];
}

/// The UTF-8 of a str, which belongs to it, where it has been made already. Null where it is not.
pub inline fn cachedUtf8Of(str: *PyObject) ?[]const u8 {
    if (asciiOf(str)) |text| return text;
    if (!ascii_is_readable) return null;
    const header: *const structs.PyCompactUnicodeObject = @ptrCast(@alignCast(str));
    if (!flagsOf(&header._base).compact) return null;
    // In a free-threaded build another thread may be making it: the length is written first.
    const text = @atomicLoad(?[*]u8, &header.utf8, .acquire) orelse return null;
    return text[0..@intCast(header.utf8_length)];
}

/// What is said of a str in `state` and never changes. `interned` does, and has a byte of its own
/// in free-threaded builds: that byte is not read.
inline fn flagsOf(
    header: *const structs.PyASCIIObject,
) packed struct(u8) { kind: u3, compact: bool, ascii: bool, rest: u3 } {
    const state: [*]const u8 = @ptrCast(&header.state);
    return @bitCast(if (free_threaded) state[1] else state[0] >> 2);
}

/// A new str of this text, or null with the error set, which is UnicodeDecodeError where it is not
/// UTF-8, and says what is to be done.
pub fn newStr(text: []const u8) ?*PyObject {
    // CPython shares its shortest strs, and decodes what is not ASCII.
    if (!ascii_is_readable or text.len < 2 or !isAscii(text))
        return functions.PyUnicode_FromStringAndSize(text.ptr, @intCast(text.len)) orelse
            unreadable();
    const str = functions.PyUnicode_New(@intCast(text.len), 127) orelse return null;
    const bytes: [*]u8 = @ptrCast(str);
    @memcpy(bytes[@sizeOf(structs.PyASCIIObject)..][0..text.len], text);
    return str;
}

/// Says what is to be done about a text that is none, where that is raised. Always null.
noinline fn unreadable() ?*PyObject {
    if (functions.PyErr_ExceptionMatches(exception("UnicodeError")) == 0) return null;
    var raised: [3]?*PyObject = undefined;
    functions.PyErr_Fetch(&raised[0], &raised[1], &raised[2]);
    functions.PyErr_NormalizeException(&raised[0], &raised[1], &raised[2]);
    const says = functions.PyObject_GetAttrString(raised[1].?, "reason");
    const longer = if (says) |reason| functions.PyUnicode_FromFormat(
        "%U: text of Zig is UTF-8; where it is bytes, say .bytes = true of the function or " ++
            "field in nano_ffi_options",
        reason,
    ) else null;
    if (longer) |reason| _ = functions.PyObject_SetAttrString(raised[1].?, "reason", reason);
    functions.PyErr_Clear(); // the exception matters, and not what hinders to explain it
    if (says) |reason| functions.Py_DecRef(reason);
    if (longer) |reason| functions.Py_DecRef(reason);
    functions.PyErr_Restore(raised[0], raised[1], raised[2]);
    return null;
}

fn isAscii(text: []const u8) bool {
    var bits: u8 = 0;
    for (text) |byte| bits |= byte;
    return bits < 0x80;
}

/// Calls any callable with arguments as a METH_FASTCALL | METH_KEYWORDS function gets them: new
/// reference, or null with the error set.
pub fn vectorcall(
    callable: *PyObject,
    args: [*]const *PyObject,
    nargs: Py_ssize_t,
    kwnames: ?*PyObject,
) ?*PyObject {
    if (minor >= 11) return functions.PyObject_Vectorcall(callable, args, @intCast(nargs), kwnames);
    // CPython 3.10 has it inline only.
    const positional = functions.PyTuple_New(nargs) orelse return null;
    defer functions.Py_DecRef(positional);
    for (0..@intCast(nargs)) |index| {
        functions.Py_IncRef(args[index]);
        _ = functions.PyTuple_SetItem(positional, @intCast(index), args[index]);
    }
    const names = kwnames orelse return functions.PyObject_Call(callable, positional, null);
    const keywords = functions.PyDict_New() orelse return null;
    defer functions.Py_DecRef(keywords);
    for (0..@intCast(functions.PyTuple_Size(names))) |index| {
        const name = functions.PyTuple_GetItem(names, @intCast(index)) orelse return null;
        const value = args[@as(usize, @intCast(nargs)) + index];
        if (functions.PyDict_SetItem(keywords, name, value) < 0) return null;
    }
    return functions.PyObject_Call(callable, positional, keywords);
}

/// What a method returns: new reference, or null with the error set.
pub fn callMethod(value: *PyObject, name: [*:0]const u8, args: []const *PyObject) ?*PyObject {
    const method = functions.PyObject_GetAttrString(value, name) orelse return null;
    defer functions.Py_DecRef(method);
    return vectorcall(method, args.ptr, @intCast(args.len), null);
}

/// Whether the class of `value` has a special method, where CPython looks for such.
pub fn hasMethod(value: *PyObject, name: [*:0]const u8) bool {
    const method = functions.PyObject_GetAttrString(typeOf(value), name) orelse {
        functions.PyErr_Clear();
        return false;
    };
    defer functions.Py_DecRef(method);
    return method != object("_Py_NoneStruct");
}

/// Adds an attribute that is called with the object, as a method is. False with the error set.
pub fn addMethod(class: *PyObject, name: [:0]const u8, function: *PyObject) bool {
    const method = (if (limited) partial: {
        const partialmethod = imported("functools", "partialmethod") orelse return false;
        defer functions.Py_DecRef(partialmethod);
        break :partial vectorcall(partialmethod, &.{function}, 1, null);
    } else functions.PyInstanceMethod_New(function)) orelse return false;
    defer functions.Py_DecRef(method);
    return functions.PyObject_SetAttrString(class, name, method) == 0;
}

/// A new reference to the same.
pub fn newRef(value: *PyObject) *PyObject {
    functions.Py_IncRef(value);
    return value;
}

/// An attribute of a module of the standard library: new reference, or null with the error set.
pub fn imported(module: [*:0]const u8, attribute: [*:0]const u8) ?*PyObject {
    const library = functions.PyImport_ImportModule(module) orelse return null;
    defer functions.Py_DecRef(library);
    return functions.PyObject_GetAttrString(library, attribute);
}

/// C's PyVectorcall_NARGS: how many arguments by position a `vectorcallfunc` was given.
pub inline fn vectorcallCount(nargsf: usize) usize {
    return nargsf << 1 >> 1;
}

/// The value of a key: new reference, or null, with an error set where the search failed.
pub fn getItem(dict: *PyObject, key: *PyObject) ?*PyObject {
    if (free_threaded) { // a borrowed one would be gone when another thread changes the dict
        var item: ?*PyObject = null;
        _ = functions.PyDict_GetItemRef(dict, key, &item);
        return item;
    }
    const item = functions.PyDict_GetItemWithError(dict, key);
    functions.Py_IncRef(item);
    return item;
}

/// What all modules of the interpreter have under a name, made for the first that asks: borrowed,
/// or null with the error set.
pub fn sharedObject(comptime text: []const u8, make: *const fn () ?*PyObject) ?*PyObject {
    const shared = functions.PyInterpreterState_GetDict(
        functions.PyInterpreterState_Get(),
    ) orelse {
        _ = functions.PyErr_NoMemory();
        return null;
    };
    const name = newStr(text) orelse return null;
    defer functions.Py_DecRef(name);
    if (functions.PyDict_GetItemWithError(shared, name)) |found| return found;
    if (functions.PyErr_Occurred() != null) return null;
    const new = make() orelse return null;
    defer functions.Py_DecRef(new);
    return setDefault(shared, name, new);
}

/// dict.setdefault(key, default): borrowed, or null with the error set.
pub fn setDefault(dict: *PyObject, key: *PyObject, default: *PyObject) ?*PyObject {
    if (!limited) return functions.PyDict_SetDefault(dict, key, default);
    // Not in the stable ABI, and with a GIL nobody comes between.
    if (functions.PyDict_GetItemWithError(dict, key)) |found| return found;
    if (functions.PyErr_Occurred() != null) return null;
    return if (functions.PyDict_SetItem(dict, key, default) == 0) default else null;
}

/// A new reference to None, True or False. They are immortal since CPython 3.12.
pub inline fn singleton(comptime name: enum { None, True, False }) *PyObject {
    const value = object("_Py_" ++ @tagName(name) ++ "Struct");
    if (limited or minor < 12) functions.Py_IncRef(value);
    return value;
}

comptime {
    const word = @sizeOf(usize);
    std.debug.assert(@sizeOf(PyObject) == if (free_threaded) 3 * word + 8 else 2 * word);
    std.debug.assert(@sizeOf(Py_buffer) == 9 * word + 2 * @sizeOf(c_int));
    std.debug.assert(!(limited and free_threaded)); // the stable ABI of 3.11 has no free threads
    if (minor < 10 or minor > 15)
        @compileError(
            std.fmt.comptimePrint("nano_ffi declares CPython 3.10 to 3.15, not 3.{d}", .{minor}),
        );
    if (free_threaded and minor < 14)
        @compileError("nano_ffi declares the free-threaded CPython from 3.14 on");
}
