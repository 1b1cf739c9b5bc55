//! Arrays of numpy by their own fields, which takes a tenth of what it takes to ask them for a
//! buffer. These are where numpy's C API has them since its version 1.7; the first array is asked
//! for its buffer, too, and if that says something else, all are. What is read is kept by a
//! reference to the array, as by a buffer of it.

const std = @import("std");
const capi = @import("capi.zig");
const items = @import("../items.zig");
const sources = @import("sources.zig");
const c = capi.functions;
const Item = items.Item;
const PyObject = capi.PyObject;

/// Where threads are free, another one may change the fields meanwhile.
const is_possible = !capi.limited and !capi.free_threaded;

/// PyArrayObject_fields.
const Array = extern struct {
    ob_base: PyObject,
    data: usize,
    dimensions: c_int,
    shape: [*]const isize,
    strides: [*]const isize,
    base: ?*PyObject,
    descr: *const Descr,
    flags: c_int,

    const is_writeable: c_int = 0x400;
};

/// The beginning of PyArray_Descr.
const Descr = extern struct {
    ob_base: PyObject,
    typeobj: *PyObject,
    kind: u8,
    letter: u8,
    byteorder: u8,
    flags: u8,
    type_num: c_int,
};

/// What `type_num` counts.
const kinds: [24]?Item = kinds: {
    var all: [24]?Item = @splat(null);
    all[0] = .{ .kind = .bool, .size = 1 };
    for (.{ i8, c_short, c_int, c_long, c_longlong }, 0..) |T, index| {
        all[1 + 2 * index] = .{ .kind = .signed, .size = @sizeOf(T) };
        all[2 + 2 * index] = .{ .kind = .unsigned, .size = @sizeOf(T) };
    }
    all[11] = .{ .kind = .float, .size = 4 };
    all[12] = .{ .kind = .float, .size = 8 };
    all[14] = .{ .kind = .complex, .size = 8 };
    all[15] = .{ .kind = .complex, .size = 16 };
    all[23] = .{ .kind = .float, .size = 2 };
    break :kinds all;
};

/// numpy.ndarray, which is no heap type and so that of all interpreters; null until there was one.
var ndarray: ?*PyObject = null;
/// Whether its arrays lie otherwise.
var is_other: bool = false;

/// Whether `object` is an array of numpy, and of no class that is derived from it, with numbers in
/// this machine's byte order. Then `source` describes them, and is to be closed.
pub inline fn open(source: *sources.Source, object: *PyObject) bool {
    if (!is_possible) return false;
    const class = capi.typeOf(object);
    if (class != @atomicLoad(?*PyObject, &ndarray, .monotonic)) {
        if (capi.flagsOfType(class) & capi.constants.Py_TPFLAGS_HEAPTYPE != 0 or
            !isNew(class, object)) return false;
    }
    return read(source, object);
}

/// Whether `object` is of a class that is derived from numpy's arrays, or may be.
pub inline fn isDerived(object: *PyObject) bool {
    if (capi.limited) return true;
    var class = capi.typeOf(object);
    if (capi.flagsOfType(class) & capi.constants.Py_TPFLAGS_HEAPTYPE == 0) return false;
    while (capi.flagsOfType(class) & capi.constants.Py_TPFLAGS_HEAPTYPE != 0)
        class = capi.typeLayout(class).tp_base orelse return false;
    return isNamed(class);
}

fn isNamed(class: *PyObject) bool {
    const name = capi.typeLayout(class).tp_name orelse return false;
    return std.mem.eql(u8, std.mem.span(name), "numpy.ndarray");
}

fn read(source: *sources.Source, object: *PyObject) bool {
    const array: *const Array = @ptrCast(@alignCast(object));
    const descr = array.descr;
    if (descr.byteorder != '=' and descr.byteorder != '|') return false;
    const number = std.math.cast(usize, descr.type_num) orelse return false;
    if (number >= kinds.len) return false;
    source.item = kinds[number] orelse return false;
    source.start = array.data;
    source.bit = 0;
    source.dimensions = @intCast(array.dimensions);
    if (source.dimensions > sources.most_dimensions) return false;
    for (0..source.dimensions) |dimension| {
        source.shape[dimension] = @intCast(array.shape[dimension]);
        source.strides[dimension] = array.strides[dimension];
    }
    source.is_read_only = array.flags & Array.is_writeable == 0;
    c.Py_IncRef(object);
    source.owner = .{ .object = object };
    return true;
}

/// Whether a class is seen to be numpy's for the first time.
noinline fn isNew(class: *PyObject, object: *PyObject) bool {
    if (is_other or @atomicLoad(?*PyObject, &ndarray, .monotonic) != null) return false;
    if (!isNamed(class)) return false;
    var view: capi.Py_buffer = undefined;
    const flags = capi.constants.PyBUF_STRIDES | capi.constants.PyBUF_FORMAT;
    if (c.PyObject_GetBuffer(object, &view, flags) < 0) {
        c.PyErr_Clear(); // of times, perhaps: another array tells
        return false;
    }
    defer c.PyBuffer_Release(&view);
    const item = Item.ofFormat(std.mem.span(view.format orelse "B"), @intCast(view.itemsize)) orelse
        return false;
    if (item.is_swapped or item.size > 16 or (item.kind == .float and item.size > 8)) return false;
    if (isAsSaid(object, &view, item)) {
        @atomicStore(?*PyObject, &ndarray, class, .monotonic);
    } else is_other = true;
    return !is_other;
}

fn isAsSaid(object: *PyObject, view: *const capi.Py_buffer, item: Item) bool {
    // Before what it points to is looked at.
    const array: *const Array = @ptrCast(@alignCast(object));
    if (array.data != @intFromPtr(view.buf) or array.dimensions != view.ndim) return false;
    const is_read_only = array.flags & Array.is_writeable == 0;
    if (is_read_only != (view.readonly != 0)) return false;
    var source: sources.Source = undefined;
    if (!read(&source, object)) return false;
    defer source.close();
    if (!std.meta.eql(source.item, item)) return false;
    for (0..source.dimensions) |dimension| {
        const size = view.shape.?[dimension];
        if (source.shape[dimension] != size) return false;
        if (size > 1 and source.strides[dimension] != view.strides.?[dimension]) return false;
    }
    return true;
}
