//! Arrays that functions make (`nano_ffi.Array`), as Python has them: the memory that Zig gave, and
//! the protocols by which numpy, torch and others see it where it is. A part of one, which is what
//! an index or a slice gives, keeps the memory of the whole.

const std = @import("std");
const arrays = @import("../array.zig");
const capi = @import("capi.zig");

const convert = @import("convert.zig");
const dtypes = @import("../dtypes.zig");
const elementwise = @import("elementwise.zig");
const errors = @import("errors.zig");
const memory = @import("memory.zig");
const ndarray = @import("../ndarray.zig");
const sources = @import("sources.zig");
const signature = @import("../signature.zig");
const State = @import("State.zig");
const c = capi.functions;
const Error = errors.Error;
const Site = @import("../comptime_bridge.zig").Site;
const PyObject = capi.PyObject;

/// What is known of the items without their Zig type.
const Items = struct {
    dtype: dtypes.Dtype,
    /// A new reference to what an item is in Python.
    give: *const fn (module: *PyObject, address: usize) ?*PyObject,
    /// Makes an item what a value of Python is.
    set: *const fn (module: *PyObject, value: *PyObject, address: usize) Error!void,
    /// The same of the items of a row, of all that `values` has.
    fill: *const fn (module: *PyObject, values: *PyObject, row: Row) Error!void,

    fn of(comptime T: type) *const Items {
        return &struct {
            const typ = signature.typeName(T) orelse @typeName(T);
            const all: Items = .{
                .dtype = .of(T),
                .give = &giveItem,
                .set = &setItem,
                .fill = &fillRow,
            };
            const item_site: Site = .{
                .function = "Array",
                .name = "item",
                .typ = typ,
                .role = .attribute,
            };
            const row_site: Site = .{
                .function = "Array",
                .name = "items",
                .typ = "[]" ++ typ,
                .role = .attribute,
            };

            fn giveItem(module: *PyObject, address: usize) ?*PyObject {
                return convert.give(T, module, @as(*const T, @ptrFromInt(address)).*);
            }

            fn setItem(module: *PyObject, value: *PyObject, address: usize) Error!void {
                const place: *T = @ptrFromInt(address);
                place.* = try convert.loadField(T, memory.allocator, module, value, &item_site);
            }

            fn fillRow(module: *PyObject, values: *PyObject, row: Row) Error!void {
                // A copy, also of what is in the same memory.
                const items = try convert.loadItems(
                    T,
                    memory.allocator,
                    module,
                    values,
                    &row_site,
                );
                defer memory.allocator.free(items);
                if (items.len != row.count)
                    return errors.raiseWrongSize(&row_site, row.count, items.len);
                for (items, 0..) |item, index| @as(*T, @ptrFromInt(row.at(index))).* = item;
            }
        }.all;
    }
};

/// Items one behind the other, so many bytes apart.
const Row = struct {
    start: usize,
    stride: isize,
    count: usize,

    fn at(row: Row, index: usize) usize {
        return row.start +% @as(usize, @bitCast(row.stride *% @as(isize, @intCast(index))));
    }
};

/// Memory, and how many have it: objects, and tensors of DLPack, which end on any thread, with or
/// without Python, and whether or not the interpreter is still there.
pub const Shared = struct {
    memory: arrays.Memory,
    count: std.atomic.Value(usize),
    /// Whose memory it is instead: a reference.
    lender: ?Lender = null,

    /// An object that lends an array in it: it is not changed meanwhile.
    pub const Lender = struct {
        object: *PyObject,
        is_read_only: bool,
        /// Consumes it.
        giveBack: *const fn (object: *PyObject) void,
    };

    pub fn create(given: arrays.Memory) error{OutOfMemory}!*Shared {
        const shared = try memory.allocator.create(Shared);
        shared.* = .{ .memory = given, .count = .init(1) };
        return shared;
    }

    pub fn keep(shared: *Shared) *Shared {
        _ = shared.count.fetchAdd(1, .monotonic);
        return shared;
    }

    pub fn drop(shared: *Shared) void {
        if (shared.count.fetchSub(1, .acq_rel) > 1) return;
        if (shared.lender) |lender| {
            memory.allocator.destroy(shared);
            return lender.giveBack(lender.object);
        }
        const given = shared.memory;
        if (given.bytes.len > 0 and given.allocator.vtable == memory.allocator.vtable)
            memory.freeAtOnce(.of(given.bytes, given.alignment))
        else
            given.free();
        memory.allocator.destroy(shared);
    }
};

/// An object; behind it are its shape and its strides.
const Layout = extern struct {
    ob_base: PyObject,
    start: usize,
    items: *const Items,
    dimensions: usize,
    owner: *Shared,

    fn of(object: *PyObject) *Layout {
        return @ptrCast(@alignCast(object));
    }

    fn numbers(self: *Layout) [*]isize {
        return @ptrFromInt(@intFromPtr(self) + @sizeOf(Layout));
    }

    fn shape(self: *Layout) []isize {
        return self.numbers()[0..self.dimensions];
    }

    fn strides(self: *Layout) []isize {
        return self.numbers()[self.dimensions .. 2 * self.dimensions];
    }

    fn count(self: *Layout) usize {
        var product: usize = 1;
        for (self.shape()) |size| product *= @intCast(size);
        return product;
    }

    fn isOrdered(self: *Layout, comptime order: enum { c, fortran }) bool {
        if (self.count() == 0) return true;
        var expected: isize = @intCast(self.items.dtype.size);
        for (0..self.dimensions) |number| {
            const dimension = if (order == .c) self.dimensions - 1 - number else number;
            const size = self.shape()[dimension];
            if (size > 1 and self.strides()[dimension] != expected) return false;
            expected *= size;
        }
        return true;
    }

    fn isReadOnly(self: *Layout) bool {
        const lender = self.owner.lender orelse return false;
        return lender.is_read_only;
    }

    fn module(self: *Layout) ?*PyObject {
        return c.PyType_GetModule(capi.typeOf(&self.ob_base));
    }
};

comptime {
    std.debug.assert(@sizeOf(Layout) % @alignOf(isize) == 0);
}

/// A new object of an array, whose memory is Python's from here on, also where it fails: null with
/// the error set then.
pub fn give(comptime T: type, module: *PyObject, array: T) ?*PyObject {
    const Item = T.Item;
    return giveAny(
        module,
        .of(Item),
        @intFromPtr(array.data),
        &array.shape,
        &array.strides,
        array.memory,
    );
}

/// A new object of an array that an object lends; it is given back with the last one that shares
/// it, or where this fails: null with the error set then.
pub fn giveLent(comptime T: type, module: *PyObject, array: T, lender: Shared.Lender) ?*PyObject {
    const none: arrays.Memory = .{
        .bytes = &.{},
        .alignment = .@"1",
        .allocator = memory.allocator,
    };
    const made = giveAny(
        module,
        .of(T.Item),
        @intFromPtr(array.data),
        &array.shape,
        &array.strides,
        none,
    ) orelse {
        lender.giveBack(lender.object);
        return null;
    };
    Layout.of(made).owner.lender = lender;
    return made;
}

/// The same of memory with items in C order.
pub fn giveShaped(
    comptime Item: type,
    module: *PyObject,
    shape: []const usize,
    made: arrays.Memory,
) ?*PyObject {
    var strides: [ndarray.max_dimensions]isize = undefined;
    ndarray.setContiguous(&strides, shape, @sizeOf(Item));
    return giveAny(
        module,
        .of(Item),
        @intFromPtr(made.bytes.ptr),
        shape,
        strides[0..shape.len],
        made,
    );
}

/// An array with a copy of a slice of numbers, arrays or structs; null with the error set.
pub fn giveCopy(comptime Item: type, module: *PyObject, slice: []const Item) ?*PyObject {
    const inner = comptime innerShape(Item);
    const bytes = std.mem.sliceAsBytes(slice);
    const made = arrays.Memory.create(memory.allocator, bytes.len, .of(Item)) catch
        return c.PyErr_NoMemory();
    @memcpy(made.bytes[0..bytes.len], bytes);
    const shape = [1]usize{slice.len} ++ inner[0..].*;
    return giveShaped(Leaf([]const Item), module, &shape, made);
}

/// What is in arrays of arrays, or in a slice of such.
fn Leaf(comptime T: type) type {
    return switch (@typeInfo(T)) {
        .array => |array| Leaf(array.child),
        .pointer => |pointer| Leaf(pointer.child),
        else => T,
    };
}

fn innerShape(comptime T: type) []const usize {
    if (@typeInfo(T) != .array) return &.{};
    return comptime &[_]usize{@typeInfo(T).array.len} ++ innerShape(@typeInfo(T).array.child);
}

noinline fn giveAny(
    module: *PyObject,
    items: *const Items,
    start: usize,
    shape: []const usize,
    strides: []const isize,
    given: arrays.Memory,
) ?*PyObject {
    const class = State.classOf(module, "array_class", &spec) orelse {
        given.free();
        return null;
    };
    const owner = Shared.create(given) catch {
        given.free();
        return c.PyErr_NoMemory();
    };
    const self = create(class, items, start, @ptrCast(shape), strides) orelse {
        owner.drop();
        return null;
    };
    self.owner = owner;
    return &self.ob_base;
}

/// Without an owner: that is to be set at once. Null with the error set.
fn create(
    class: *PyObject,
    items: *const Items,
    start: usize,
    shape: []const isize,
    strides: []const isize,
) ?*Layout {
    const size = @sizeOf(Layout) + 2 * shape.len * @sizeOf(isize);
    const object: *PyObject = @ptrCast(@alignCast(
        c.PyObject_Malloc(size) orelse {
            _ = c.PyErr_NoMemory();
            return null;
        },
    ));
    _ = c.PyObject_Init(object, class);
    const self = Layout.of(object);
    self.start = start;
    self.items = items;
    self.dimensions = shape.len;
    @memcpy(self.shape(), shape);
    @memcpy(self.strides(), strides);
    return self;
}

/// A part, which keeps the memory of the whole.
fn part(self: *Layout, start: usize, shape: []const isize, strides: []const isize) ?*PyObject {
    const made = create(
        capi.typeOf(&self.ob_base),
        self.items,
        start,
        shape,
        strides,
    ) orelse return null;
    made.owner = self.owner.keep();
    return &made.ob_base;
}

fn dealloc(object: *PyObject) callconv(.c) void {
    const self = Layout.of(object);
    const class = capi.typeOf(object);
    self.owner.drop();
    c.PyObject_Free(object);
    c.Py_DecRef(class);
}

const spec: capi.structs.PyType_Spec = .{
    .name = "nano_ffi.Array",
    .basicsize = @sizeOf(Layout),
    .flags = capi.constants.Py_TPFLAGS_DEFAULT |
        capi.constants.Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = &slots,
};

const slots = [_]capi.structs.PyType_Slot{
    .{ .slot = capi.constants.Py_tp_dealloc, .pfunc = &dealloc },
    .{ .slot = capi.constants.Py_tp_doc, .pfunc = @as(
        [*:0]const u8,
        "An array in memory that Zig gave. numpy.asarray(x) and torch.from_dlpack(x) share it.",
    ) },
    .{ .slot = capi.constants.Py_tp_repr, .pfunc = &repr },
    .{ .slot = capi.constants.Py_tp_iter, .pfunc = &c.PySeqIter_New },
    .{ .slot = capi.constants.Py_tp_richcompare, .pfunc = &compare },
    .{ .slot = capi.constants.Py_tp_hash, .pfunc = &c.PyObject_HashNotImplemented },
    .{ .slot = capi.constants.Py_tp_methods, .pfunc = &methods },
    .{ .slot = capi.constants.Py_tp_getset, .pfunc = &attributes },
    .{ .slot = capi.constants.Py_sq_length, .pfunc = &length },
    .{ .slot = capi.constants.Py_sq_item, .pfunc = &itemOf },
    .{ .slot = capi.constants.Py_mp_length, .pfunc = &length },
    .{ .slot = capi.constants.Py_mp_subscript, .pfunc = &subscript },
    .{ .slot = capi.constants.Py_mp_ass_subscript, .pfunc = &assign },
    .{ .slot = capi.constants.Py_bf_getbuffer, .pfunc = &getBuffer },
    .{},
};

const methods = [_]capi.PyMethodDef{
    .{
        .ml_name = "tolist",
        .ml_meth = &tolist,
        .ml_flags = capi.constants.METH_NOARGS,
        .ml_doc = "tolist($self, /)\n--\n\nThe items as Python has them, in lists.",
    },
    .{
        .ml_name = "__array__",
        .ml_meth = &arrayOfNumpy,
        .ml_flags = capi.constants.METH_FASTCALL | capi.constants.METH_KEYWORDS,
        .ml_doc = "__array__($self, /, dtype=None, copy=None)\n--\n\nAn array of numpy, " ++
            "which shares the memory where it can.",
    },
    .{
        .ml_name = "__reduce__",
        .ml_meth = &reduce,
        .ml_flags = capi.constants.METH_NOARGS,
        .ml_doc = "__reduce__($self, /)\n--\n\nFor pickle and copy.",
    },
    .{
        .ml_name = "__dlpack__",
        .ml_meth = &dlpack,
        .ml_flags = capi.constants.METH_FASTCALL | capi.constants.METH_KEYWORDS,
        .ml_doc = "__dlpack__($self, /, **options)\n--\n\nA capsule with a tensor of DLPack.",
    },
    .{
        .ml_name = "__dlpack_device__",
        .ml_meth = &device,
        .ml_flags = capi.constants.METH_NOARGS,
        .ml_doc = "__dlpack_device__($self, /)\n--\n\n(1, 0): this machine's own memory.",
    },
    .{},
};

const attributes = [_]capi.structs.PyGetSetDef{
    .{ .name = "shape", .get = &shapeOf, .doc = "How many items there are in each dimension." },
    .{
        .name = "strides",
        .get = &stridesOf,
        .doc = "How many bytes lie between neighbours in each dimension.",
    },
    .{ .name = "ndim", .get = &dimensionsOf, .doc = "The number of dimensions." },
    .{
        .name = "__array_interface__",
        .get = &interface,
        .doc = "See numpy's array interface protocol.",
    },
    .{},
};

fn length(object: *PyObject) callconv(.c) capi.Py_ssize_t {
    const self = Layout.of(object);
    if (self.dimensions > 0) return self.shape()[0];
    c.PyErr_SetString(capi.exception("TypeError"), "len() of an array without dimensions");
    return -1;
}

/// An item, or what has the index in the first dimension.
fn itemOf(object: *PyObject, index: capi.Py_ssize_t) callconv(.c) ?*PyObject {
    const self = Layout.of(object);
    if (self.dimensions == 0 or index < 0 or index >= self.shape()[0]) {
        c.PyErr_SetString(capi.exception("IndexError"), "array index out of range");
        return null;
    }
    const offset: usize = @bitCast(index *% self.strides()[0]);
    const start = self.start +% offset;
    if (self.dimensions > 1) return part(self, start, self.shape()[1..], self.strides()[1..]);
    return self.items.give(self.module() orelse return null, start);
}

fn subscript(object: *PyObject, key: *PyObject) callconv(.c) ?*PyObject {
    const self = Layout.of(object);
    const chosen = choose(self, key) catch return null;
    const count = chosen.dimensions;
    const shape = chosen.shape[0..count];
    if (count > 0) return part(self, chosen.start, shape, chosen.strides[0..count]);
    return self.items.give(self.module() orelse return null, chosen.start);
}

/// `array[key] = value`: an item, or what a slice has, is what a value, or as many, are.
fn assign(object: *PyObject, key: *PyObject, given: ?*PyObject) callconv(.c) c_int {
    const value = given orelse {
        c.PyErr_SetString(capi.exception("TypeError"), "items of an array cannot be deleted");
        return -1;
    };
    const self = Layout.of(object);
    if (self.isReadOnly()) {
        c.PyErr_SetString(capi.exception("TypeError"), read_only);
        return -1;
    }
    const chosen = choose(self, key) catch return -1;
    const module = self.module() orelse return -1;
    const count = chosen.dimensions;
    const shape = chosen.shape[0..count];
    assignAt(self.items, module, chosen.start, shape, chosen.strides[0..count], value) catch
        return -1;
    return 0;
}

fn assignAt(
    items: *const Items,
    module: *PyObject,
    start: usize,
    shape: []const isize,
    strides: []const isize,
    value: *PyObject,
) Error!void {
    if (shape.len == 0) return items.set(module, value, start);
    const row: Row = .{ .start = start, .stride = strides[0], .count = @intCast(shape[0]) };
    const size = try sizeOf(value);
    if (size != null and shape.len == 1) return items.fill(module, value, row);
    if (size) |given| if (given != row.count) {
        _ = c.PyErr_Format(
            capi.exception("ValueError"),
            "%zu rows of an array cannot be set to %zu",
            row.count,
            given,
        );
        return error.PythonException;
    };
    for (0..row.count) |index| {
        const one = if (size == null)
            capi.newRef(value)
        else
            c.PySequence_GetItem(value, @intCast(index)) orelse return error.PythonException;
        defer c.Py_DecRef(one);
        try assignAt(items, module, row.at(index), shape[1..], strides[1..], one);
    }
}

/// How many items a value has; null of one that is an item itself.
fn sizeOf(value: *PyObject) Error!?usize {
    if (capi.hasFlag(value, "DICT_SUBCLASS")) return null;
    const size = c.PyObject_Size(value);
    if (size >= 0) return @intCast(size);
    if (c.PyErr_ExceptionMatches(capi.exception("TypeError")) == 0) return error.PythonException;
    c.PyErr_Clear();
    return null;
}

/// What indices leave of an array: nothing but one item where there are no dimensions.
const Chosen = struct {
    start: usize,
    shape: [64]isize = undefined,
    strides: [64]isize = undefined,
    dimensions: usize = 0,
};

fn choose(self: *Layout, key: *PyObject) Error!Chosen {
    const is_tuple = capi.hasFlag(key, "TUPLE_SUBCLASS");
    const size: usize = if (is_tuple) @intCast(c.PyTuple_Size(key)) else 1;
    var keys: [65]?*PyObject = undefined;
    if (size > keys.len) return raiseTooMany();
    var count: usize = 0;
    for (0..size) |place| {
        const one = if (is_tuple) c.PyTuple_GetItem(key, @intCast(place)).? else key;
        if (one != capi.object("_Py_EllipsisObject")) {
            if (count == self.dimensions) return raiseTooMany();
            keys[count] = one;
            count += 1;
            continue;
        }
        // All of the dimensions that the other keys leave.
        const left = (self.dimensions + 1) -| size;
        if (count + left > self.dimensions) return raiseTooMany();
        @memset(keys[count..][0..left], null);
        count += left;
    }
    return select(self, keys[0..count]);
}

fn raiseTooMany() Error {
    c.PyErr_SetString(capi.exception("IndexError"), "more indices than the array has dimensions");
    return error.PythonException;
}

/// An index or a slice for each of the first dimensions; null is all of one.
fn select(self: *Layout, keys: []const ?*PyObject) Error!Chosen {
    var chosen: Chosen = .{ .start = self.start };
    const shape = &chosen.shape;
    const strides = &chosen.strides;
    var start = self.start;
    var left: usize = 0;
    for (0..self.dimensions) |dimension| {
        const size = self.shape()[dimension];
        const stride = self.strides()[dimension];
        const key = (if (dimension < keys.len) keys[dimension] else null) orelse {
            shape[left] = size;
            strides[left] = stride;
            left += 1;
            continue;
        };
        if (capi.isExactly(key, "PySlice_Type")) {
            var first: isize = 0;
            var stop: isize = 0;
            var step: isize = 1;
            if (c.PySlice_Unpack(key, &first, &stop, &step) < 0) return error.PythonException;
            shape[left] = c.PySlice_AdjustIndices(size, &first, &stop, step);
            strides[left] = stride *% step;
            if (shape[left] > 0) start +%= @bitCast(first *% stride);
            left += 1;
            continue;
        }
        if (c.PyIndex_Check(key) == 0) {
            const name = capi.typeName(key) orelse return error.PythonException;
            defer c.Py_DecRef(name);
            _ = c.PyErr_Format(
                capi.exception("TypeError"),
                "array indices must be integers or slices, not %U",
                name,
            );
            return error.PythonException;
        }
        const given = c.PyNumber_AsSsize_t(key, capi.exception("IndexError"));
        if (given == -1 and c.PyErr_Occurred() != null) return error.PythonException;
        const index = if (given < 0) given +% size else given;
        if (index < 0 or index >= size) {
            c.PyErr_SetString(capi.exception("IndexError"), "array index out of range");
            return error.PythonException;
        }
        start +%= @bitCast(index *% stride);
    }
    chosen.start = start;
    chosen.dimensions = left;
    return chosen;
}

/// What numpy makes of the array's buffer.
fn arrayOfNumpy(
    object: *PyObject,
    args: [*]const *PyObject,
    nargs: capi.Py_ssize_t,
    names: ?*PyObject,
) callconv(.c) ?*PyObject {
    const asarray = capi.imported("numpy", "asarray") orelse return null;
    defer c.Py_DecRef(asarray);
    const view = c.PyMemoryView_FromObject(object) orelse return null;
    defer c.Py_DecRef(view);
    const count: usize = @intCast(nargs);
    const named: usize = if (names) |tuple| @intCast(c.PyTuple_Size(tuple)) else 0;
    var all: [8]*PyObject = undefined;
    if (1 + count + named > all.len) return errors.raiseWrongNumber(
        "__array__() takes at most 2 arguments",
        @intCast(count + named),
    );
    all[0] = view;
    @memcpy(all[1..][0 .. count + named], args[0 .. count + named]);
    return capi.vectorcall(asarray, &all, @intCast(1 + count), names);
}

// Pickles: the items in C order, which a function of the module makes an array again.

pub const restore_name = "__nano_ffi_array__";

fn reduce(object: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    const self = Layout.of(object);
    const dtype = self.items.dtype;
    const restoring = c.PyObject_GetAttrString(
        self.module() orelse return null,
        restore_name,
    ) orelse return null;
    defer c.Py_DecRef(restoring);
    const name = c.PyUnicode_FromFormat("%s %s", dtype.name.ptr, dtype.format.ptr) orelse
        return null;
    defer c.Py_DecRef(name);
    const shape = tupleOf(self.shape()) orelse return null;
    defer c.Py_DecRef(shape);
    const size = self.count() * dtype.size;
    const bytes = c.PyBytes_FromStringAndSize(null, @intCast(size)) orelse return null;
    defer c.Py_DecRef(bytes);
    var data: ?[*]u8 = null;
    var length_of_data: capi.Py_ssize_t = 0;
    if (c.PyBytes_AsStringAndSize(bytes, &data, &length_of_data) < 0) return null;
    if (size > 0) _ = copyRows(self, 0, self.start, data.?);
    const args = c.PyTuple_Pack(3, name, shape, bytes) orelse return null;
    defer c.Py_DecRef(args);
    return c.PyTuple_Pack(2, restoring, args);
}

/// Copies what begins at `start` to `place`, and says where that ends.
fn copyRows(self: *Layout, dimension: usize, start: usize, place: [*]u8) [*]u8 {
    const size = self.items.dtype.size;
    if (dimension == self.dimensions) {
        const item: [*]const u8 = @ptrFromInt(start);
        @memcpy(place[0..size], item[0..size]);
        return place + size;
    }
    const row: Row = .{
        .start = start,
        .stride = self.strides()[dimension],
        .count = @intCast(self.shape()[dimension]),
    };
    if (dimension + 1 == self.dimensions and row.stride == size) {
        const items: [*]const u8 = @ptrFromInt(start);
        @memcpy(place[0 .. row.count * size], items[0 .. row.count * size]);
        return place + row.count * size;
    }
    var end = place;
    for (0..row.count) |index| end = copyRows(self, dimension + 1, row.at(index), end);
    return end;
}

/// The function of a module that makes arrays of `types` of what `reduce` gave.
pub fn Restoring(comptime types: []const type) type {
    return struct {
        pub fn restore(
            module: *PyObject,
            args: [*]const *PyObject,
            nargs: capi.Py_ssize_t,
        ) callconv(.c) ?*PyObject {
            if (nargs != 3) return errors.raiseWrongNumber(
                restore_name ++ "() takes 3 arguments",
                nargs,
            );
            const name = convert.utf8OfAny(args[0]) catch return null;
            const items: *const Items = inline for (types) |T| {
                const items = comptime Items.of(T);
                if (std.mem.eql(u8, name, items.dtype.name ++ " " ++ items.dtype.format))
                    break items;
            } else return errors.failed(raiseOther());
            return restoreAs(items, module, args[1], args[2]) catch null;
        }
    };
}

fn raiseOther() Error {
    c.PyErr_SetString(
        capi.exception("ValueError"),
        "the pickle is of another version of the array",
    );
    return error.PythonException;
}

fn restoreAs(
    items: *const Items,
    module: *PyObject,
    shape: *PyObject,
    bytes: *PyObject,
) Error!*PyObject {
    var sizes: [ndarray.max_dimensions]usize = undefined;
    const dimensions = c.PyObject_Size(shape);
    if (dimensions < 0) return error.PythonException;
    if (dimensions > sizes.len) return raiseOther();
    var size = items.dtype.size;
    for (sizes[0..@intCast(dimensions)], 0..) |*place, index| {
        const number = c.PySequence_GetItem(shape, @intCast(index)) orelse
            return error.PythonException;
        defer c.Py_DecRef(number);
        const given = c.PyNumber_AsSsize_t(number, null);
        if (given == -1 and c.PyErr_Occurred() != null) return error.PythonException;
        if (given < 0) return raiseOther();
        place.* = @intCast(given);
        size = std.math.mul(usize, size, place.*) catch return raiseOther();
    }
    var data: ?[*]u8 = null;
    var length_of_data: capi.Py_ssize_t = 0;
    if (c.PyBytes_AsStringAndSize(bytes, &data, &length_of_data) < 0) return error.PythonException;
    if (length_of_data != size) return raiseOther();
    const made = arrays.Memory.create(memory.allocator, size, items.dtype.alignment) catch
        return errors.raiseNoMemory();
    @memcpy(made.bytes[0..size], data.?[0..size]);
    var strides: [ndarray.max_dimensions]isize = undefined;
    const given = sizes[0..@intCast(dimensions)];
    ndarray.setContiguous(&strides, given, items.dtype.size);
    return giveAny(
        module,
        items,
        @intFromPtr(made.bytes.ptr),
        given,
        strides[0..given.len],
        made,
    ) orelse error.PythonException;
}

/// The types of the items of all arrays that a function gives, which returns an `R`.
pub fn itemsOf(comptime R: type) []const type {
    return comptime types: {
        if (signature.kindOf(R) == .results) break :types R.nano_ffi_results;
        if (!signature.holdsMade(R)) break :types &.{};
        switch (@typeInfo(R)) {
            .optional => |optional| break :types itemsOf(optional.child),
            .pointer => |pointer| break :types itemsOf(pointer.child),
            .array => |array| break :types itemsOf(array.child),
            .@"struct" => |info| {
                if (!info.is_tuple and @hasDecl(R, "nano_ffi_array")) break :types &.{R.Item};
                if (signature.kindOf(R) == .map) break :types itemsOf(signature.MapValue(R));
                var types: []const type = &.{};
                for (info.field_types) |Field| types = types ++ itemsOf(Field);
                break :types types;
            },
            else => unreachable,
        }
    };
}

fn tolist(object: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    const self = Layout.of(object);
    return listAt(self, self.module() orelse return null, 0, self.start);
}

fn listAt(self: *Layout, module: *PyObject, dimension: usize, start: usize) ?*PyObject {
    if (dimension == self.dimensions) return self.items.give(module, start);
    const size = self.shape()[dimension];
    const list = c.PyList_New(0) orelse return null;
    var address = start;
    for (0..@intCast(size)) |_| {
        const item = listAt(self, module, dimension + 1, address);
        defer c.Py_DecRef(item);
        if (item == null or c.PyList_Append(list, item.?) < 0) {
            c.Py_DecRef(list);
            return null;
        }
        address +%= @bitCast(self.strides()[dimension]);
    }
    return list;
}

/// What has more items is shown by its shape.
const most_shown = 1000;

fn repr(object: *PyObject) callconv(.c) ?*PyObject {
    const self = Layout.of(object);
    const name = self.items.dtype.name;
    if (self.count() > most_shown) {
        const shape = shapeOf(object, null) orelse return null;
        defer c.Py_DecRef(shape);
        return c.PyUnicode_FromFormat("<Array of %s, shape %R>", name.ptr, shape);
    }
    const list = tolist(object, null) orelse return null;
    defer c.Py_DecRef(list);
    return c.PyUnicode_FromFormat("Array(%R, %s)", list, name.ptr);
}

/// With an array, or a list of the same items: whether all are equal.
fn compare(object: *PyObject, other: *PyObject, operator: c_int) callconv(.c) ?*PyObject {
    const is_equality = operator == capi.constants.Py_EQ or operator == capi.constants.Py_NE;
    const is_array = capi.typeOf(object) == capi.typeOf(other);
    if (!is_equality or !(is_array or capi.hasFlag(other, "LIST_SUBCLASS"))) {
        const no = capi.object("_Py_NotImplementedStruct");
        c.Py_IncRef(no);
        return no;
    }
    const mine = tolist(object, null) orelse return null;
    defer c.Py_DecRef(mine);
    const others = if (is_array) tolist(other, null) orelse return null else other;
    defer if (is_array) c.Py_DecRef(others);
    return c.PyObject_RichCompare(mine, others, operator);
}

fn tupleOf(numbers: []const isize) ?*PyObject {
    const tuple = c.PyTuple_New(@intCast(numbers.len)) orelse return null;
    for (numbers, 0..) |number, index| {
        const int = c.PyLong_FromLongLong(number) orelse {
            c.Py_DecRef(tuple);
            return null;
        };
        _ = c.PyTuple_SetItem(tuple, @intCast(index), int);
    }
    return tuple;
}

fn shapeOf(object: *PyObject, _: ?*anyopaque) callconv(.c) ?*PyObject {
    return tupleOf(Layout.of(object).shape());
}

fn stridesOf(object: *PyObject, _: ?*anyopaque) callconv(.c) ?*PyObject {
    return tupleOf(Layout.of(object).strides());
}

fn dimensionsOf(object: *PyObject, _: ?*anyopaque) callconv(.c) ?*PyObject {
    return c.PyLong_FromLongLong(@intCast(Layout.of(object).dimensions));
}

fn interface(object: *PyObject, _: ?*anyopaque) callconv(.c) ?*PyObject {
    const self = Layout.of(object);
    const typestr = self.items.dtype.typestr orelse {
        c.PyErr_SetString(
            capi.exception("AttributeError"),
            "an array of structs has no __array_interface__: it is a buffer",
        );
        return null;
    };
    const module = self.module() orelse return null;
    const shape = shapeOf(object, null) orelse return null;
    defer c.Py_DecRef(shape);
    const strides = stridesOf(object, null) orelse return null;
    defer c.Py_DecRef(strides);
    const dict = convert.give(struct {
        typestr: []const u8,
        data: struct { usize, bool },
        version: u8,
    }, module, .{
        .typestr = typestr,
        .data = .{ self.start, self.isReadOnly() },
        .version = 3,
    }) orelse return null;
    if (c.PyDict_SetItemString(dict, "shape", shape) == 0 and
        c.PyDict_SetItemString(dict, "strides", strides) == 0) return dict;
    c.Py_DecRef(dict);
    return null;
}

fn getBuffer(object: *PyObject, view: *capi.Py_buffer, flags: c_int) callconv(.c) c_int {
    const self = Layout.of(object);
    const constants = capi.constants;
    const has_strides = flags & constants.PyBUF_STRIDES == constants.PyBUF_STRIDES;
    const is_c = self.isOrdered(.c);
    const is_fortran = self.isOrdered(.fortran);
    view.obj = null;
    if ((!has_strides or asks(flags, constants.PyBUF_C_CONTIGUOUS)) and !is_c)
        return refuse("the array does not lie in C order");
    if (asks(flags, constants.PyBUF_F_CONTIGUOUS) and !is_fortran)
        return refuse("the array does not lie in Fortran's order");
    if (asks(flags, constants.PyBUF_ANY_CONTIGUOUS) and !is_c and !is_fortran)
        return refuse("the array does not lie in one piece");
    if (self.isReadOnly() and asks(flags, constants.PyBUF_WRITABLE)) return refuse(read_only);
    c.Py_IncRef(object);
    view.* = .{
        .buf = @ptrFromInt(self.start),
        .obj = object,
        .len = @intCast(self.count() * self.items.dtype.size),
        .itemsize = @intCast(self.items.dtype.size),
        .readonly = @intFromBool(self.isReadOnly()),
        .ndim = @intCast(self.dimensions),
        .format = if (flags & constants.PyBUF_FORMAT != 0)
            @constCast(self.items.dtype.format.ptr)
        else
            null,
        .shape = if (flags & constants.PyBUF_ND != 0) self.shape().ptr else null,
        .strides = if (has_strides) self.strides().ptr else null,
        .suboffsets = null,
        .internal = null,
    };
    return 0;
}

const read_only = "the array is one of an object that is only read";

fn asks(flags: c_int, flag: c_int) bool {
    return flags & flag == flag;
}

fn refuse(message: [*:0]const u8) c_int {
    c.PyErr_SetString(capi.exception("BufferError"), message);
    return -1;
}

fn device(_: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    return tupleOf(&.{ 1, 0 });
}

/// A tensor that keeps the memory; behind it are its shape, and its strides in items.
fn Exported(comptime Managed: type) type {
    return struct {
        managed: Managed,
        owner: *Shared,
        shape: [64]i64,
        strides: [64]i64,

        const Self = @This();

        fn make(self: *Layout) ?*PyObject {
            const dtype = self.items.dtype.dlpack.?;
            const exported = memory.allocator.create(Self) catch return c.PyErr_NoMemory();
            const size: isize = @intCast(self.items.dtype.size);
            for (self.shape(), self.strides(), 0..) |count, stride, dimension| {
                exported.shape[dimension] = count;
                exported.strides[dimension] = @divTrunc(stride, size);
            }
            exported.managed = .{
                .tensor = .{
                    .data = @ptrFromInt(self.start),
                    .device = .{ .kind = 1, .id = 0 },
                    .dimensions = @intCast(self.dimensions),
                    .dtype = .{ .code = dtype.code, .bits = dtype.bits, .lanes = 1 },
                    .shape = &exported.shape,
                    .strides = &exported.strides,
                    .byte_offset = 0,
                },
                .context = null,
                .deleter = &delete,
            };
            const capsule = c.PyCapsule_New(exported, Managed.capsule, &drop) orelse {
                memory.allocator.destroy(exported);
                return null;
            };
            exported.owner = self.owner.keep();
            return capsule;
        }

        /// What takes the tensor calls this, wherever it is.
        fn delete(managed: *Managed) callconv(.c) void {
            const exported: *Self = @alignCast(@fieldParentPtr("managed", managed));
            exported.owner.drop();
            memory.allocator.destroy(exported);
        }

        /// The end of a capsule that nobody took.
        fn drop(capsule: *PyObject) callconv(.c) void {
            if (c.PyCapsule_IsValid(capsule, Managed.capsule) == 0) return;
            const managed = c.PyCapsule_GetPointer(capsule, Managed.capsule) orelse return;
            delete(@ptrCast(@alignCast(managed)));
        }
    };
}

/// The options are those of DLPack: only `max_version` and `copy` say something here.
fn dlpack(
    object: *PyObject,
    args: [*]const *PyObject,
    nargs: capi.Py_ssize_t,
    names: ?*PyObject,
) callconv(.c) ?*PyObject {
    const self = Layout.of(object);
    if (self.items.dtype.dlpack == null) {
        c.PyErr_SetString(
            capi.exception("BufferError"),
            "an array of structs is no tensor: it is a buffer",
        );
        return null;
    }
    // A tensor ends on any thread, and without the object's interpreter.
    if (self.owner.lender != null) {
        c.PyErr_SetString(
            capi.exception("BufferError"),
            "an array of an object is no tensor: make it numpy's, as numpy.asarray(x)",
        );
        return null;
    }
    var is_versioned = false;
    const count: usize = if (names) |tuple| @intCast(c.PyTuple_Size(tuple)) else 0;
    for (0..count) |index| {
        const name = c.PyTuple_GetItem(names.?, @intCast(index)).?;
        const value = args[@as(usize, @intCast(nargs)) + index];
        const text = convert.utf8Of(name) catch return null;
        if (value == capi.object("_Py_NoneStruct")) continue;
        if (std.mem.eql(u8, text, "max_version")) {
            const version = c.PySequence_Tuple(value) orelse return null;
            defer c.Py_DecRef(version);
            if (c.PyTuple_Size(version) < 1) continue;
            const major = c.PyNumber_AsSsize_t(c.PyTuple_GetItem(version, 0).?, null);
            if (major == -1 and c.PyErr_Occurred() != null) return null;
            is_versioned = major >= 1;
        } else if (std.mem.eql(u8, text, "dl_device")) {
            const wanted = c.PySequence_Tuple(value) orelse return null;
            defer c.Py_DecRef(wanted);
            const kind = c.PyTuple_GetItem(wanted, 0) orelse return null;
            const number = c.PyNumber_AsSsize_t(kind, null);
            if (number == -1 and c.PyErr_Occurred() != null) return null;
            if (number == 1) continue;
            c.PyErr_SetString(
                capi.exception("BufferError"),
                "the array is in this machine's own memory, (1, 0), and on no other device",
            );
            return null;
        } else if (std.mem.eql(u8, text, "copy")) {
            const copies = c.PyObject_IsTrue(value);
            if (copies < 0) return null;
            if (copies == 0) continue;
            c.PyErr_SetString(capi.exception("BufferError"), "the array shares, and never copies");
            return null;
        }
    }
    return if (is_versioned)
        Exported(sources.VersionedTensor).make(self)
    else
        Exported(sources.Tensor).make(self);
}

/// Gives back what is in a value that is not given to Python.
pub fn discard(comptime T: type, value: T) void {
    if (comptime !signature.holdsMade(T) and !signature.isMadeColumn(T)) return;
    switch (@typeInfo(T)) {
        .optional => |optional| if (value) |some| discard(optional.child, some),
        .@"struct" => |info| if (!info.is_tuple and
            (@hasDecl(T, "nano_ffi_array") or @hasDecl(T, "nano_ffi_column")))
            value.deinit()
        else if (comptime signature.kindOf(T) == .map) {
            var iterator = value.iterator();
            while (iterator.next()) |entry| discard(signature.MapValue(T), entry.value_ptr.*);
        } else inline for (info.field_names, info.field_types) |name, Field|
            discard(Field, @field(value, name)),
        .pointer, .array => for (value) |item| discard(@TypeOf(item), item),
        else => comptime unreachable,
    }
}

/// A result with `.result = .numpy`: null with the error set.
pub fn giveNumpy(
    comptime T: type,
    module: *PyObject,
    comptime function: [:0]const u8,
    value: T,
) ?*PyObject {
    if (comptime signature.kindOf(T) == .results)
        return elementwise.giveNumpy(T, module, function, value);
    if (comptime !isForNumpy(T) or signature.holdsObjects(T))
        @compileError("nano_ffi: nano_ffi_options of '" ++ function ++
            "' has .result = .numpy, and it returns " ++ @typeName(T) ++
            ": return a nano_ffi.Array, or an Owned([]T)");
    switch (@typeInfo(T)) {
        .optional => |optional| return if (value) |some|
            giveNumpy(optional.child, module, function, some)
        else
            capi.singleton(.None),
        .@"struct" => |info| if (info.is_tuple) {
            const tuple = c.PyTuple_New(info.field_types.len) orelse {
                discard(T, value);
                return null;
            };
            inline for (info.field_types, 0..) |Field, index| {
                const item = if (comptime isForNumpy(Field))
                    giveNumpy(Field, module, function, value[index])
                else
                    convert.give(Field, module, value[index]);
                if (item == null) {
                    inline for (info.field_types[index + 1 ..], index + 1..) |Rest, rest|
                        discard(Rest, value[rest]);
                    c.Py_DecRef(tuple);
                    return null;
                }
                _ = c.PyTuple_SetItem(tuple, index, item);
            }
            return tuple;
        } else if (@hasDecl(T, "nano_ffi_owned")) {
            const Item = std.meta.Elem(T.nano_ffi_owned);
            const array: arrays.Array(Item, 1) = .fromSlice(
                value.allocator,
                @constCast(value.data),
            );
            return numpyOf(function, give(@TypeOf(array), module, array));
        },
        else => comptime unreachable,
    }
    return numpyOf(function, give(T, module, value));
}

/// The same of a result that was given already, whose slices are parts of objects. Consumes it.
pub fn giveParts(
    comptime T: type,
    comptime function: [:0]const u8,
    given: ?*PyObject,
) ?*PyObject {
    const result = given orelse return null;
    switch (@typeInfo(T)) {
        .optional => |optional| return if (result == capi.object("_Py_NoneStruct"))
            result
        else
            giveParts(optional.child, function, result),
        .@"struct" => |info| {
            if (!info.is_tuple) return result;
            defer c.Py_DecRef(result);
            const tuple = c.PyTuple_New(info.field_types.len) orelse return null;
            inline for (info.field_types, 0..) |Field, index| {
                const item = capi.newRef(c.PyTuple_GetItem(result, index).?);
                const made = giveParts(Field, function, item) orelse {
                    c.Py_DecRef(tuple);
                    return null;
                };
                _ = c.PyTuple_SetItem(tuple, index, made);
            }
            return tuple;
        },
        .pointer => |pointer| return if (pointer.size == .slice and dtypes.isItem(Leaf(T)))
            numpyOf(function, result)
        else
            result,
        else => return result,
    }
}

fn isForNumpy(comptime T: type) bool {
    return switch (@typeInfo(T)) {
        .optional => |optional| isForNumpy(optional.child),
        .@"struct" => |info| if (info.is_tuple) for (info.field_types) |Field| {
            if (isForNumpy(Field)) break true;
        } else false else if (@hasDecl(T, "nano_ffi_owned"))
            @hasField(T, "allocator") and dtypes.isItem(std.meta.Elem(T.nano_ffi_owned))
        else
            @hasDecl(T, "nano_ffi_array"),
        else => false,
    };
}

/// The array of numpy that shares the memory of one of ours, which it consumes. Null, with the
/// error set, where that is null or there is no numpy.
pub noinline fn numpyOf(comptime function: [:0]const u8, given: ?*PyObject) ?*PyObject {
    const array = given orelse return null;
    defer c.Py_DecRef(array);
    const asarray = capi.imported("numpy", "asarray") orelse {
        if (c.PyErr_ExceptionMatches(capi.exception("ImportError")) == 0) return null;
        var cause: [3]?*PyObject = undefined;
        c.PyErr_Fetch(&cause[0], &cause[1], &cause[2]);
        c.PyErr_SetString(capi.exception("ImportError"), function ++
            "(): what it returns is an array of numpy, which cannot be imported: " ++
            "pip install numpy");
        errors.setCause(&cause);
        return null;
    };
    defer c.Py_DecRef(asarray);
    return capi.vectorcall(asarray, &.{array}, 1, null);
}
