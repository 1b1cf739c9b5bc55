//! Objects that have numbers in memory, however these lie there: what exports a buffer, columns of
//! Arrow (`__arrow_c_array__`, `__arrow_c_stream__`), tensors (`__dlpack__`), and what numpy asks
//! for (`__array_interface__`, `__array__`). Each is described in the same way, and lends what it
//! has until it is closed.

const std = @import("std");
const arrow = @import("arrow.zig");
const capi = @import("capi.zig");
const errors = @import("errors.zig");
const items = @import("../items.zig");
const memory = @import("memory.zig");
const ndarray = @import("../ndarray.zig");
const numpy = @import("numpy.zig");
const Site = @import("../comptime_bridge.zig").Site;
const c = capi.functions;
const Error = errors.Error;
const PyObject = capi.PyObject;

pub const most_dimensions = 64;

/// Numbers of somebody else, lent until `close`. It may be moved.
pub const Source = struct {
    /// Of the item with index 0 in every dimension.
    start: usize,
    item: items.Item,
    /// Where the items are bits: which of them is the first.
    bit: usize = 0,
    dimensions: usize,
    shape: [most_dimensions]usize,
    /// In bytes.
    strides: [most_dimensions]isize,
    is_read_only: bool = false,
    owner: Owner,

    pub const Owner = union(enum) {
        view: capi.Py_buffer,
        object: *PyObject,
        column: arrow.Column,
        tensor: *anyopaque,
        versioned_tensor: *anyopaque,

        pub fn release(owner: *Owner) void {
            switch (owner.*) {
                .view => |*view| c.PyBuffer_Release(view),
                .object => |object| c.Py_DecRef(object),
                .column => |*column| column.close(),
                .tensor => |tensor| releaseTensor(Tensor, tensor),
                .versioned_tensor => |tensor| releaseTensor(VersionedTensor, tensor),
            }
        }
    };

    pub fn close(source: *Source) void {
        source.owner.release();
    }

    /// How many items there are.
    pub fn count(source: *const Source) usize {
        var product: usize = 1;
        for (source.shape[0..source.dimensions]) |size| product *= size;
        return product;
    }

    /// Whether all items lie one behind the other, in C order.
    pub fn isContiguous(source: *const Source) bool {
        if (source.count() == 0) return true;
        var expected: isize = @intCast(source.item.size);
        var dimension = source.dimensions;
        while (dimension > 0) {
            dimension -= 1;
            if (source.shape[dimension] > 1 and source.strides[dimension] != expected)
                return false;
            expected *= @intCast(source.shape[dimension]);
        }
        return true;
    }

    /// All items where they lie, if they are such and in order, each where a `T` may be.
    pub fn inPlace(source: *const Source, comptime T: type) ?[]T {
        if (!source.item.is(T) or !source.isContiguous()) return null;
        const size = source.count();
        if (size == 0) return &.{}; // it may have no address
        if (source.start % @alignOf(T) != 0) return null;
        return @as([*]T, @ptrFromInt(source.start))[0..size];
    }

    pub fn row(source: *const Source, dimension: usize, start: usize) items.Row {
        return .{ .start = start, .stride = source.strides[dimension], .bit = source.bit };
    }

    /// As a buffer has it. Some exporters leave out what goes without saying.
    pub fn setLayout(source: *Source, view: *const capi.Py_buffer) void {
        source.dimensions = @intCast(view.ndim);
        if (view.shape) |shape| {
            for (source.shape[0..source.dimensions], shape) |*size, given| size.* = @intCast(given);
        } else if (view.ndim == 1) {
            source.shape[0] = @as(usize, @intCast(view.len)) / source.item.size;
        } else source.dimensions = 0;
        if (view.strides) |strides| {
            @memcpy(source.strides[0..source.dimensions], strides);
        } else source.setContiguous();
    }

    /// Strides as C has them.
    fn setContiguous(source: *Source) void {
        const shape = source.shape[0..source.dimensions];
        ndarray.setContiguous(&source.strides, shape, source.item.size);
    }
};

/// Whether `object` lends numbers; then `source` describes them, and is to be closed. False, and
/// no error, of what is to be looked at item by item, if it has such.
pub fn open(source: *Source, object: *PyObject, site: *const Site) Error!bool {
    if (numpy.open(source, object)) return true;
    if (c.PyObject_CheckBuffer(object) != 0) return openBuffer(source, object, site);
    if (isPlain(object)) return false;
    // An array of numpy has a null nowhere, and so is what says that it is made of one.
    if (capi.hasMethod(object, "__arrow_c_array__") or
        capi.hasMethod(object, "__arrow_c_stream__"))
    {
        if (try hasNumpyType(object)) return openArray(source, object, site);
        return openColumn(source, object, site);
    }
    if (capi.hasMethod(object, "__dlpack__")) return openTensor(source, object, site);
    if (capi.hasMethod(object, "__array_interface__")) {
        const interface = c.PyObject_GetAttrString(object, "__array_interface__") orelse
            return error.PythonException;
        defer c.Py_DecRef(interface);
        return openInterface(source, object, interface, site);
    }
    if (capi.hasMethod(object, "__array__")) return openArray(source, object, site);
    return false;
}

/// Objects of CPython's own types that lend nothing.
fn isPlain(object: *PyObject) bool {
    inline for (.{ "LIST_SUBCLASS", "TUPLE_SUBCLASS", "DICT_SUBCLASS", "UNICODE_SUBCLASS" }) |flag|
        if (capi.hasFlag(object, flag)) return true;
    inline for (.{ "PyFloat_Type", "PyLong_Type", "_Py_NoneStruct" }) |name| {
        if (comptime std.mem.endsWith(u8, name, "Struct")) {
            if (object == capi.object(name)) return true;
        } else if (capi.isExactly(object, name)) return true;
    }
    return false;
}

/// An attribute, a new reference, where there is one.
pub fn attributeOf(object: *PyObject, name: [*:0]const u8) Error!?*PyObject {
    return c.PyObject_GetAttrString(object, name) orelse {
        if (c.PyErr_ExceptionMatches(capi.exception("AttributeError")) == 0)
            return error.PythonException;
        c.PyErr_Clear();
        return null;
    };
}

/// Whether the items are numpy's, as those of a pandas Series may be.
fn hasNumpyType(object: *PyObject) Error!bool {
    const dtype = try attributeOf(object, "dtype") orelse return false;
    defer c.Py_DecRef(dtype);
    const order = try attributeOf(dtype, "byteorder") orelse return false;
    c.Py_DecRef(order);
    return true;
}

fn openBuffer(source: *Source, object: *PyObject, site: *const Site) Error!bool {
    try expectUnmasked(object, site);
    source.owner = .{ .view = undefined };
    const view = &source.owner.view;
    const flags = capi.constants.PyBUF_STRIDES | capi.constants.PyBUF_FORMAT;
    if (c.PyObject_GetBuffer(object, view, flags) < 0) return raiseUnlent(object, site);
    source.item = items.Item.ofFormat(
        std.mem.span(view.format orelse "B"),
        @intCast(view.itemsize),
    ) orelse {
        c.PyBuffer_Release(view);
        return false;
    };
    // A scalar of numpy that is one lends the bytes of its int.
    if (source.item.size == 1 and view.ndim == 1 and isTimes(object)) {
        c.PyBuffer_Release(view);
        return errors.raiseTimes(site, object);
    }
    source.bit = 0;
    source.start = @intFromPtr(view.buf);
    source.is_read_only = view.readonly != 0;
    source.setLayout(view);
    return true;
}

/// A masked array of numpy lends all its items, also those that are not there: these are nulls.
pub fn expectUnmasked(object: *PyObject, site: *const Site) Error!void {
    if (!numpy.isDerived(object) or !capi.hasMethod(object, "mask")) return;
    const mask = c.PyObject_GetAttrString(object, "mask") orelse return error.PythonException;
    defer c.Py_DecRef(mask);
    const sum = capi.callMethod(mask, "sum", &.{}) orelse return error.PythonException;
    defer c.Py_DecRef(sum);
    const masked = c.PyNumber_AsSsize_t(sum, null);
    if (masked == -1 and c.PyErr_Occurred() != null) return error.PythonException;
    if (masked > 0) return errors.raiseNulls(site, @intCast(masked));
}

/// Whether an object has memory to lend, in whatever order; no error is set.
fn hasMemory(object: *PyObject) bool {
    var view: capi.Py_buffer = undefined;
    if (c.PyObject_GetBuffer(object, &view, capi.constants.PyBUF_INDIRECT) < 0) {
        c.PyErr_Clear();
        return false;
    }
    c.PyBuffer_Release(&view);
    return true;
}

/// Raises in the place of what an exporter said, which is the cause.
pub fn raiseUnlent(object: *PyObject, site: *const Site) Error {
    const is_refused = inline for (.{ "BufferError", "ValueError" }) |name| {
        if (c.PyErr_ExceptionMatches(capi.exception(name)) != 0) break true;
    } else false;
    if (!is_refused) return error.PythonException;
    var cause: [3]?*PyObject = undefined;
    c.PyErr_Fetch(&cause[0], &cause[1], &cause[2]);
    const raised = if (isTimes(object))
        errors.raiseTimes(site, object)
    else if (c.PyObject_CheckBuffer(object) == 0 or hasMemory(object))
        errors.raiseNotLent(site, object)
    else
        errors.raiseNoMemoryLent(site, object);
    errors.setCause(&cause);
    return raised;
}

/// Whether it is an array of datetime64 or timedelta64, which numpy exports to nobody.
fn isTimes(object: *PyObject) bool {
    const dtype = c.PyObject_GetAttrString(object, "dtype") orelse {
        c.PyErr_Clear();
        return false;
    };
    defer c.Py_DecRef(dtype);
    const kind = c.PyObject_GetAttrString(dtype, "kind") orelse {
        c.PyErr_Clear();
        return false;
    };
    defer c.Py_DecRef(kind);
    if (!capi.hasFlag(kind, "UNICODE_SUBCLASS")) return false;
    var size: capi.Py_ssize_t = 0;
    const text = c.PyUnicode_AsUTF8AndSize(kind, &size) orelse {
        c.PyErr_Clear();
        return false;
    };
    return size == 1 and (text[0] == 'M' or text[0] == 'm');
}

/// What `__array__` gives, which is numpy's.
fn openArray(source: *Source, object: *PyObject, site: *const Site) Error!bool {
    const array = capi.callMethod(object, "__array__", &.{}) orelse return error.PythonException;
    defer c.Py_DecRef(array);
    return c.PyObject_CheckBuffer(array) != 0 and try openBuffer(source, array, site);
}

fn openColumn(source: *Source, object: *PyObject, site: *const Site) Error!bool {
    var column = try arrow.Column.open(object, site) orelse return false;
    errdefer column.close();
    source.* = .{
        .start = @intFromPtr(column.data),
        .item = column.item,
        .bit = column.bit,
        .dimensions = 1,
        .shape = undefined,
        .strides = undefined,
        .is_read_only = true,
        .owner = .{ .column = column },
    };
    source.shape[0] = column.len;
    source.strides[0] = if (column.item.kind == .bits) 0 else @intCast(column.item.size);
    return true;
}

/// See https://dmlc.github.io/dlpack: DLTensor, DLManagedTensor and DLManagedTensorVersioned.
pub const Plain = extern struct {
    data: ?[*]u8,
    device: extern struct { kind: i32, id: i32 },
    dimensions: i32,
    dtype: extern struct { code: u8, bits: u8, lanes: u16 },
    shape: ?[*]i64,
    /// In items; null: contiguous.
    strides: ?[*]i64,
    byte_offset: u64,
};
pub const Tensor = extern struct {
    tensor: Plain,
    context: ?*anyopaque,
    deleter: ?*const fn (tensor: *Tensor) callconv(.c) void,

    pub const capsule = "dltensor";
    pub const used = "used_dltensor";
};
pub const VersionedTensor = extern struct {
    major: u32 = 1,
    minor: u32 = 0,
    context: ?*anyopaque,
    deleter: ?*const fn (tensor: *VersionedTensor) callconv(.c) void,
    flags: u64 = 0,
    tensor: Plain,

    pub const capsule = "dltensor_versioned";
    pub const used = "used_dltensor_versioned";
    pub const read_only: u64 = 1;
};

/// kDLCPU, and memory of the host that a device may read as well.
fn isOnHost(device: i32) bool {
    return device == 1 or device == 3 or device == 11 or device == 13;
}

fn releaseTensor(comptime Managed: type, tensor: *anyopaque) void {
    const managed: *Managed = @ptrCast(@alignCast(tensor));
    if (managed.deleter) |delete| delete(managed);
}

fn openTensor(source: *Source, object: *PyObject, site: *const Site) Error!bool {
    try expectOnHost(object, site);
    const capsule = try tensorOf(object, site);
    defer c.Py_DecRef(capsule);
    if (c.PyCapsule_IsValid(capsule, VersionedTensor.capsule) != 0)
        return takeTensor(VersionedTensor, source, capsule, object, site);
    if (c.PyCapsule_IsValid(capsule, Tensor.capsule) != 0)
        return takeTensor(Tensor, source, capsule, object, site);
    return errors.raiseWrongType(site, "an array whose __dlpack__() gives a tensor", object);
}

fn expectOnHost(object: *PyObject, site: *const Site) Error!void {
    const device = capi.callMethod(object, "__dlpack_device__", &.{}) orelse
        return error.PythonException;
    defer c.Py_DecRef(device);
    const pair = c.PySequence_Tuple(device) orelse return error.PythonException;
    defer c.Py_DecRef(pair);
    const kind = c.PyTuple_GetItem(pair, 0) orelse return error.PythonException;
    const number = c.PyNumber_AsSsize_t(kind, null);
    if (number == -1 and c.PyErr_Occurred() != null) return error.PythonException;
    if (!isOnHost(std.math.cast(i32, number) orelse 0)) return errors.raiseElsewhere(site, object);
}

/// The capsule of a tensor, with its version where the object knows of such: a new reference.
fn tensorOf(object: *PyObject, site: *const Site) Error!*PyObject {
    const method = c.PyObject_GetAttrString(object, "__dlpack__") orelse
        return error.PythonException;
    defer c.Py_DecRef(method);
    const one = c.PyLong_FromLongLong(1) orelse return error.PythonException;
    defer c.Py_DecRef(one);
    const zero = c.PyLong_FromLongLong(0) orelse return error.PythonException;
    defer c.Py_DecRef(zero);
    const version = c.PyTuple_Pack(2, one, zero) orelse return error.PythonException;
    defer c.Py_DecRef(version);
    const name = c.PyUnicode_InternFromString("max_version") orelse return error.PythonException;
    defer c.Py_DecRef(name);
    const names = c.PyTuple_Pack(1, name) orelse return error.PythonException;
    defer c.Py_DecRef(names);
    if (capi.vectorcall(method, &.{version}, 0, names)) |capsule| return capsule;
    if (c.PyErr_ExceptionMatches(capi.exception("TypeError")) == 0)
        return raiseUnlent(object, site);
    c.PyErr_Clear();
    return capi.vectorcall(method, &.{}, 0, null) orelse raiseUnlent(object, site);
}

fn takeTensor(
    comptime Managed: type,
    source: *Source,
    capsule: *PyObject,
    object: *PyObject,
    site: *const Site,
) Error!bool {
    const managed: *Managed = @ptrCast(@alignCast(
        c.PyCapsule_GetPointer(capsule, Managed.capsule) orelse return error.PythonException,
    ));
    if (Managed == VersionedTensor and managed.major > 1)
        return errors.raiseWrongType(site, "an array with a DLPack of version 1", object);
    const tensor = &managed.tensor;
    const dtype = tensor.dtype;
    const item = items.Item.ofDlpack(dtype.code, dtype.bits) orelse
        return errors.raiseWrongType(site, "an array of numbers that Python has", object);
    if (dtype.lanes != 1 or tensor.dimensions < 0 or tensor.dimensions > most_dimensions)
        return errors.raiseWrongType(site, "an array of numbers", object);
    source.* = .{
        .start = @intFromPtr(tensor.data) +% @as(usize, @intCast(tensor.byte_offset)),
        .item = item,
        .dimensions = @intCast(tensor.dimensions),
        .shape = undefined,
        .strides = undefined,
        .is_read_only = Managed == VersionedTensor and
            managed.flags & VersionedTensor.read_only != 0,
        .owner = if (Managed == VersionedTensor)
            .{ .versioned_tensor = managed }
        else
            .{ .tensor = managed },
    };
    for (0..source.dimensions) |dimension|
        source.shape[dimension] = @intCast(tensor.shape.?[dimension]);
    if (tensor.strides) |strides| {
        const size: isize = @intCast(item.size);
        for (0..source.dimensions) |dimension|
            source.strides[dimension] = @as(isize, @intCast(strides[dimension])) * size;
    } else source.setContiguous();
    // From here on it is ours to delete, and not the capsule's.
    if (c.PyCapsule_SetName(capsule, Managed.used) < 0) return error.PythonException;
    return true;
}

/// See numpy's "The array interface protocol", version 3. The memory is the object's.
fn openInterface(
    source: *Source,
    object: *PyObject,
    interface: *PyObject,
    site: *const Site,
) Error!bool {
    if (!capi.hasFlag(interface, "DICT_SUBCLASS")) return false;
    const typestr = itemOf(interface, "typestr") orelse return false;
    if (!capi.hasFlag(typestr, "UNICODE_SUBCLASS")) return false;
    var size: capi.Py_ssize_t = 0;
    const text = c.PyUnicode_AsUTF8AndSize(typestr, &size) orelse return error.PythonException;
    source.item = items.Item.ofTypestr(text[0..@intCast(size)]) orelse return false;
    source.bit = 0;
    const data = itemOf(interface, "data") orelse return false;
    if (!capi.hasFlag(data, "TUPLE_SUBCLASS") or c.PyTuple_Size(data) != 2) return false;
    const address = c.PyLong_AsUnsignedLongLong(c.PyTuple_GetItem(data, 0).?);
    if (c.PyErr_Occurred() != null) return error.PythonException;
    source.start = std.math.cast(usize, address) orelse return false;
    source.is_read_only = c.PyObject_IsTrue(c.PyTuple_GetItem(data, 1).?) != 0;
    const shape = itemOf(interface, "shape") orelse return false;
    source.dimensions = try readNumbers(shape, usize, &source.shape, site, object);
    const strides = itemOf(interface, "strides");
    if (strides == null or strides.? == capi.object("_Py_NoneStruct")) {
        source.setContiguous();
    } else if (try readNumbers(strides.?, isize, &source.strides, site, object) !=
        source.dimensions) return false;
    c.Py_IncRef(object);
    source.owner = .{ .object = object };
    return true;
}

fn itemOf(dict: *PyObject, key: [*:0]const u8) ?*PyObject {
    return c.PyDict_GetItemString(dict, key);
}

fn readNumbers(
    tuple: *PyObject,
    comptime T: type,
    place: *[most_dimensions]T,
    site: *const Site,
    object: *PyObject,
) Error!usize {
    if (!capi.hasFlag(tuple, "TUPLE_SUBCLASS") or c.PyTuple_Size(tuple) > most_dimensions)
        return errors.raiseWrongType(site, "an array with a shape", object);
    const size: usize = @intCast(c.PyTuple_Size(tuple));
    for (place[0..size], 0..) |*one, index| {
        const number = c.PyNumber_AsSsize_t(c.PyTuple_GetItem(tuple, @intCast(index)).?, null);
        if (number == -1 and c.PyErr_Occurred() != null) return error.PythonException;
        one.* = std.math.cast(T, number) orelse
            return errors.raiseWrongType(site, "an array with a shape", object);
    }
    return size;
}
