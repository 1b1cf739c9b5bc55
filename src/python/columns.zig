//! Columns of Arrow with their nulls (`nano_ffi.Column`), by the capsules of arrow.zig: lent as
//! arguments, and as results objects that lend what they have to others.

const std = @import("std");
const arrays = @import("../array.zig");
const arrow = @import("arrow.zig");
const capi = @import("capi.zig");
const columns = @import("../column.zig");
const convert = @import("convert.zig");
const errors = @import("errors.zig");
const items = @import("../items.zig");
const memories = @import("memories.zig");
const memory = @import("memory.zig");
const Shared = @import("array.zig").Shared;
const signature = @import("../signature.zig");
const Site = @import("../comptime_bridge.zig").Site;
const sources = @import("sources.zig");
const State = @import("State.zig");
const c = capi.functions;
const Error = errors.Error;
const PyObject = capi.PyObject;

/// How rows lie.
const Layout = union(enum) {
    numbers: items.Item,
    /// Offsets of so many bytes, and text behind them.
    offsets: u8,
    /// 16 bytes for each text, which may lie in one of several buffers.
    views,
};

fn layoutOf(comptime T: type, format: []const u8, time: *?columns.Time) ?Layout {
    if (T == []const u8) {
        if (std.mem.eql(u8, format, "u")) return .{ .offsets = 4 };
        if (std.mem.eql(u8, format, "U")) return .{ .offsets = 8 };
        return if (std.mem.eql(u8, format, "vu")) .views else null;
    }
    if (T == i64) if (timeOf(format)) |known| {
        time.* = known;
        return .{ .numbers = .of(i64) };
    };
    const item = items.Item.ofArrow(format) orelse return null;
    return if (items.isTaken(T, item.kind)) .{ .numbers = item } else null;
}

fn timeOf(format: []const u8) ?columns.Time {
    if (format.len < 3 or format[0] != 't') return null;
    const unit: columns.Unit = switch (format[2]) {
        's' => .s,
        'm' => .ms,
        'u' => .us,
        'n' => .ns,
        else => return null,
    };
    return switch (format[1]) {
        'D' => if (format.len == 3) .{ .kind = .duration, .unit = unit } else null,
        's' => if (format.len > 3 and format[3] == ':')
            .{ .unit = unit, .timezone = format[4..] }
        else
            null,
        else => null,
    };
}

/// Ints of numpy, a new reference, and what they are.
const TimesOfNumpy = struct { ints: *PyObject, time: columns.Time };

/// Of an array of datetime64 or timedelta64, or what is made one; null of other objects.
fn timesOfNumpy(object: *PyObject, site: *const Site) Error!?TimesOfNumpy {
    if (capi.hasMethod(object, "__arrow_c_array__") or
        capi.hasMethod(object, "__arrow_c_stream__") or
        !capi.hasMethod(object, "__array__")) return null;
    const array = capi.callMethod(object, "__array__", &.{}) orelse return error.PythonException;
    defer c.Py_DecRef(array);
    const dtype = try sources.attributeOf(array, "dtype") orelse return null;
    defer c.Py_DecRef(dtype);
    const name = try sources.attributeOf(dtype, "str") orelse return null;
    defer c.Py_DecRef(name);
    if (!capi.hasFlag(name, "UNICODE_SUBCLASS")) return null;
    // "<M8[ns]"
    const text = try convert.utf8Of(name);
    if (text.len < 3 or text[2] != '8' or (text[1] != 'M' and text[1] != 'm')) return null;
    const unit = std.meta.stringToEnum(columns.Unit, std.mem.trim(u8, text[3..], "[]"));
    const known = unit orelse return errors.raiseWrongUnit(site, name);
    const ints = capi.newStr(&.{ text[0], 'i', '8' }) orelse return error.PythonException;
    defer c.Py_DecRef(ints);
    return .{
        .ints = capi.callMethod(array, "view", &.{ints}) orelse return error.PythonException,
        .time = .{ .kind = if (text[1] == 'M') .timestamp else .duration, .unit = known },
    };
}

/// A column lent for the call, where it is if it is in one piece, and its items are such.
pub fn Argument(comptime C: type) type {
    const T = C.nano_ffi_column;
    return struct {
        received: arrow.Received,
        /// Where something had to be put together.
        copy: ?[]T = null,
        bits: ?[]u8 = null,
        /// Of times of numpy.
        times: if (T == i64) ?sources.Source else void = if (T == i64) null,
        value: C,

        pub fn take(module: *PyObject, object: *PyObject, site: *const Site) Error!@This() {
            if (T == i64) if (try timesOfNumpy(object, site)) |times|
                return takeTimes(module, times, site);
            var argument: @This() = .{ .received = try .open(object, site), .value = undefined };
            errdefer argument.release();
            const schema = &argument.received.schema;
            const format = std.mem.span(schema.format);
            if (std.mem.eql(u8, format, "+s")) return errors.raiseTable(site, object);
            var time: ?columns.Time = null;
            const has_categories = schema.dictionary != null;
            const known = if (has_categories) null else layoutOf(T, format, &time);
            const layout = known orelse
                return errors.raiseWrongColumn(site, schema.format, has_categories);
            const pieces = argument.received.pieces.items;
            argument.value = .{ .items = &.{}, .time = time };
            if (pieces.len == 1) {
                const piece = &pieces[0];
                if (piece.nulls() > 0) {
                    argument.value.validity = @ptrCast(piece.buffers.?[0].?);
                    argument.value.first = @intCast(piece.offset);
                }
                if (inPlace(T, layout, piece)) |there| {
                    argument.value.items = there;
                    return argument;
                }
            } else try argument.joinBits(pieces);
            var rows: usize = 0;
            for (pieces) |*piece| rows += @intCast(piece.len);
            const copy = memory.allocator.alloc(T, rows) catch return errors.raiseNoMemory();
            argument.copy = copy;
            var done: usize = 0;
            for (pieces) |*piece| {
                const size: usize = @intCast(piece.len);
                try read(T, layout, module, piece, copy[done..][0..size], site);
                done += size;
            }
            argument.value.items = copy;
            return argument;
        }

        /// The ints of times of numpy, where they are if they lie in order. NaT is a null.
        fn takeTimes(module: *PyObject, given: TimesOfNumpy, site: *const Site) Error!@This() {
            var argument: @This() = .{
                .received = .{ .schema = undefined },
                .value = .{ .items = &.{}, .time = given.time },
            };
            argument.received.schema.release = null;
            defer c.Py_DecRef(given.ints);
            var source: sources.Source = undefined;
            if (!try sources.open(&source, given.ints, site))
                return errors.raiseNoColumn(site, given.ints);
            argument.times = source;
            errdefer argument.release();
            const there = if (source.dimensions == 1) source.inPlace(i64) else null;
            argument.value.items = there orelse copied: {
                const all = try memories.loadItems(i64, memory.allocator, module, &source, site);
                argument.copy = all;
                break :copied all;
            };
            const nat = std.math.minInt(i64);
            const rows = argument.value.items;
            if (std.mem.findScalar(i64, rows, nat) == null) return argument;
            const bits = memory.allocator.alloc(u8, rows.len / 8 + 1) catch
                return errors.raiseNoMemory();
            argument.bits = bits;
            argument.value.validity = bits.ptr;
            @memset(bits, 0);
            for (rows, 0..) |item, row| if (item != nat) {
                bits[row / 8] |= @as(u8, 1) << @intCast(row % 8);
            };
            return argument;
        }

        fn joinBits(argument: *@This(), pieces: []const arrow.Array) Error!void {
            var rows: usize = 0;
            var nulls: usize = 0;
            for (pieces) |*piece| {
                rows += @intCast(piece.len);
                nulls += piece.nulls();
            }
            if (nulls == 0) return;
            const bits = memory.allocator.alloc(u8, rows / 8 + 1) catch
                return errors.raiseNoMemory();
            argument.bits = bits;
            argument.value.validity = bits.ptr;
            @memset(bits, 0);
            var at: usize = 0;
            for (pieces) |*piece| for (0..@intCast(piece.len)) |row| {
                if (!piece.isNull(row)) bits[at / 8] |= @as(u8, 1) << @intCast(at % 8);
                at += 1;
            };
        }

        pub fn get(argument: *@This()) C {
            return argument.value;
        }

        pub fn release(argument: *@This()) void {
            if (argument.copy) |copy| memory.allocator.free(copy);
            if (argument.bits) |bits| memory.allocator.free(bits);
            if (T == i64) if (argument.times) |*times| times.close();
            argument.received.close();
        }
    };
}

fn inPlace(comptime T: type, layout: Layout, piece: *const arrow.Array) ?[]const T {
    if (T == []const u8 or T == bool or !layout.numbers.is(T)) return null;
    const rows: usize = @intCast(piece.len);
    if (rows == 0) return &.{};
    const offset: usize = @intCast(piece.offset);
    const address = @intFromPtr(piece.buffers.?[1]) + offset * @sizeOf(T);
    if (address % @alignOf(T) != 0) return null;
    return @as([*]const T, @ptrFromInt(address))[0..rows];
}

/// All rows of a piece, where those that are null are zero.
fn read(
    comptime T: type,
    layout: Layout,
    module: *PyObject,
    piece: *const arrow.Array,
    to: []T,
    site: *const Site,
) Error!void {
    const offset: usize = @intCast(piece.offset);
    if (to.len == 0) return;
    if (T == []const u8) {
        for (to, 0..) |*text, row| text.* = if (piece.isNull(row))
            ""
        else
            textAt(layout, piece, offset + row);
        return;
    }
    const item = layout.numbers;
    const start = @intFromPtr(piece.buffers.?[1]);
    const is_bits = item.kind == .bits;
    var done: usize = 0;
    while (done < to.len) {
        // What is under a null may be what no T is.
        while (done < to.len and piece.isNull(done)) : (done += 1) to[done] = std.mem.zeroes(T);
        var end = done;
        while (end < to.len and !piece.isNull(end)) end += 1;
        if (end == done) continue;
        try memories.convert(T, module, item, .{
            .start = if (is_bits) start else start + (offset + done) * item.size,
            .stride = if (is_bits) 0 else @intCast(item.size),
            .bit = if (is_bits) offset + done else 0,
        }, to[done..end], site);
        done = end;
    }
}

fn textAt(layout: Layout, piece: *const arrow.Array, index: usize) []const u8 {
    const buffers = piece.buffers.?;
    switch (layout) {
        .numbers => unreachable,
        .offsets => |size| {
            const texts: [*]const u8 = @ptrCast(buffers[2] orelse return "");
            const from, const to = if (size == 4) ends: {
                const ends: [*]align(1) const i32 = @ptrCast(buffers[1].?);
                break :ends .{ @as(i64, ends[index]), @as(i64, ends[index + 1]) };
            } else ends: {
                const ends: [*]align(1) const i64 = @ptrCast(buffers[1].?);
                break :ends .{ ends[index], ends[index + 1] };
            };
            return texts[@intCast(from)..@intCast(to)];
        },
        .views => {
            const views: [*]align(1) const extern struct {
                len: i32,
                text: extern union { short: [12]u8, long: [3]i32 },
            } = @ptrCast(buffers[1].?);
            const view = &views[index];
            const size: usize = @intCast(view.len);
            if (size <= 12) return view.text.short[0..size];
            // The first four bytes are the text's beginning.
            const texts: [*]const u8 = @ptrCast(buffers[@intCast(2 + view.text.long[1])].?);
            return texts[@intCast(view.text.long[2])..][0..size];
        },
    }
}

/// What is known of a column without its Zig type.
const Kind = struct {
    name: [:0]const u8,
    format: [:0]const u8,
    buffer_count: u8,
    give: *const fn (module: *PyObject, self: *const Object, row: usize) ?*PyObject,

    fn of(comptime T: type) *const Kind {
        return &struct {
            const kind: Kind = .{
                .name = if (T == []const u8) "str" else @typeName(T),
                .format = formatOf(T),
                .buffer_count = if (T == []const u8) 3 else 2,
                .give = &giveRow,
            };

            fn giveRow(module: *PyObject, self: *const Object, row: usize) ?*PyObject {
                const buffers = &self.buffers;
                if (T == []const u8) {
                    const ends: [*]const i64 = @ptrFromInt(buffers[1]);
                    const texts: [*]const u8 = @ptrFromInt(buffers[2]);
                    const text = texts[@intCast(ends[row])..@intCast(ends[row + 1])];
                    return convert.give(T, module, text);
                }
                if (T == bool) return convert.give(T, module, isSet(buffers[1], row));
                return convert.give(T, module, @as([*]const T, @ptrFromInt(buffers[1]))[row]);
            }
        }.kind;
    }
};

fn isSet(bits: usize, row: usize) bool {
    const bytes: [*]const u8 = @ptrFromInt(bits);
    return bytes[row / 8] >> @as(u3, @intCast(row % 8)) & 1 == 1;
}

fn formatOf(comptime T: type) [:0]const u8 {
    return switch (T) {
        []const u8 => "U",
        bool => "b",
        i8 => "c",
        u8 => "C",
        i16 => "s",
        u16 => "S",
        i32 => "i",
        u32 => "I",
        f16 => "e",
        f32 => "f",
        f64 => "g",
        else => if (@typeInfo(T).int.signedness == .signed) "l" else "L",
    };
}

/// An object, which has its memory together with what took it.
const Object = extern struct {
    ob_base: PyObject,
    owner: *Shared,
    kind: *const Kind,
    rows: usize,
    nulls: usize,
    /// Addresses: validity (0 where nothing is null), then what Arrow has for the format.
    buffers: [3]usize,
    /// Of Arrow; where it is a time, with its unit.
    format: [max_format:0]u8,

    fn of(object: *PyObject) *Object {
        return @ptrCast(@alignCast(object));
    }
};

const max_format = 63;

/// A new object, to which the memory of the column belongs, also where this fails: null with the
/// error set then. A column that is lent is copied.
pub fn give(comptime C: type, module: *PyObject, column: C) ?*PyObject {
    const T = C.nano_ffi_column;
    defer if (T == []const u8) {
        if (column.made) |made| made.texts.deinit();
    };
    const nulls = column.nullCount();
    var buffers: [3]usize = @splat(0);
    const block = if (T != []const u8 and T != bool and column.made != null) block: {
        buffers = .{ @intFromPtr(column.validity), @intFromPtr(column.items.ptr), 0 };
        break :block column.made.?.memory;
    } else block: {
        defer if (column.made) |made| made.memory.free();
        break :block blockOf(T, &column, &buffers) catch return c.PyErr_NoMemory();
    };
    const owner = Shared.create(block) catch {
        block.free();
        return c.PyErr_NoMemory();
    };
    if (nulls == 0) buffers[0] = 0;
    const counts = .{ column.items.len, nulls };
    return create(module, .of(T), owner, counts, buffers, column.time) orelse {
        owner.drop();
        return null;
    };
}

/// The rows as Arrow has them, in a new block.
fn blockOf(
    comptime T: type,
    column: *const columns.Column(T),
    buffers: *[3]usize,
) error{OutOfMemory}!arrays.Memory {
    const rows = column.items.len;
    const Block = arrays.Array(u8, 1);
    const bits = std.mem.alignForward(usize, rows / 8 + 1, 64);
    var size: usize = 0;
    if (T == []const u8) {
        for (0..rows) |row| size += if (column.get(row)) |text| text.len else 0;
        size += (rows + 1) * @sizeOf(i64);
    } else size = if (T == bool) bits else rows * @sizeOf(T);
    const block: Block = try .zeros(memory.allocator, .{bits + size});
    const start = @intFromPtr(block.data);
    buffers.* = .{ start, start + bits, start + bits + (rows + 1) * @sizeOf(i64) };
    const validity = block.data;
    for (0..rows) |row| if (!column.isNull(row)) {
        validity[row / 8] |= @as(u8, 1) << @intCast(row % 8);
    };
    if (T == []const u8) {
        const ends: [*]i64 = @ptrFromInt(buffers[1]);
        const texts: [*]u8 = @ptrFromInt(buffers[2]);
        var end: usize = 0;
        for (0..rows) |row| {
            if (column.get(row)) |text| {
                @memcpy(texts[end..][0..text.len], text);
                end += text.len;
            }
            ends[row + 1] = @intCast(end);
        }
    } else if (T == bool) {
        const to: [*]u8 = @ptrFromInt(buffers[1]);
        for (0..rows) |row| if (column.get(row) orelse false) {
            to[row / 8] |= @as(u8, 1) << @intCast(row % 8);
        };
    } else @memcpy(@as([*]T, @ptrFromInt(buffers[1])), column.items);
    return block.memory;
}

noinline fn create(
    module: *PyObject,
    kind: *const Kind,
    owner: *Shared,
    counts: [2]usize,
    buffers: [3]usize,
    time: ?columns.Time,
) ?*PyObject {
    const class = State.classOf(module, "column_class", &spec) orelse return null;
    const object = c.PyType_GenericAlloc(class, 0) orelse return null;
    const self = Object.of(object);
    self.kind = kind;
    self.rows, self.nulls = counts;
    self.buffers = buffers;
    self.format = @splat(0);
    self.owner = owner;
    const format = if (time) |known| std.fmt.bufPrint(&self.format, "t{c}{c}{s}{s}", .{
        @as(u8, if (known.kind == .duration) 'D' else 's'),
        @tagName(known.unit)[0],
        if (known.kind == .duration) "" else ":",
        if (known.kind == .duration) "" else known.timezone,
    }) else std.fmt.bufPrint(&self.format, "{s}", .{kind.format});
    if (format) |_| return object else |_| {}
    c.PyErr_SetString(
        capi.exception("ValueError"),
        "the timezone of a column has more than 59 bytes: give it a shorter name",
    );
    _ = owner.keep(); // the caller gives it back
    c.Py_DecRef(object);
    return null;
}

fn dealloc(object: *PyObject) callconv(.c) void {
    const class = capi.typeOf(object);
    Object.of(object).owner.drop();
    c.PyObject_Free(object);
    c.Py_DecRef(class);
}

const spec: capi.structs.PyType_Spec = .{
    .name = "nano_ffi.Column",
    .basicsize = @sizeOf(Object),
    .flags = capi.constants.Py_TPFLAGS_DEFAULT |
        capi.constants.Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = &[_]capi.structs.PyType_Slot{
        .{ .slot = capi.constants.Py_tp_dealloc, .pfunc = &dealloc },
        .{ .slot = capi.constants.Py_tp_doc, .pfunc = @as(
            [*:0]const u8,
            "A column of Arrow in memory that Zig gave: pyarrow.array(x) and polars.Series(x) " ++
                "share it.",
        ) },
        .{ .slot = capi.constants.Py_tp_repr, .pfunc = &repr },
        .{ .slot = capi.constants.Py_tp_iter, .pfunc = &c.PySeqIter_New },
        .{ .slot = capi.constants.Py_tp_richcompare, .pfunc = &compare },
        .{ .slot = capi.constants.Py_tp_hash, .pfunc = &c.PyObject_HashNotImplemented },
        .{ .slot = capi.constants.Py_tp_methods, .pfunc = &methods },
        .{ .slot = capi.constants.Py_sq_length, .pfunc = &length },
        .{ .slot = capi.constants.Py_sq_item, .pfunc = &itemOf },
        .{},
    },
};

const methods = [_]capi.PyMethodDef{
    .{
        .ml_name = "tolist",
        .ml_meth = &tolist,
        .ml_flags = capi.constants.METH_NOARGS,
        .ml_doc = "tolist($self, /)\n--\n\nThe rows as Python has them; None where one is null.",
    },
    .{
        .ml_name = "__reduce__",
        .ml_meth = &reduce,
        .ml_flags = capi.constants.METH_NOARGS,
        .ml_doc = "__reduce__($self, /)\n--\n\nFor pickle and copy.",
    },
    .{
        .ml_name = "__arrow_c_schema__",
        .ml_meth = &schemaOf,
        .ml_flags = capi.constants.METH_NOARGS,
        .ml_doc = "__arrow_c_schema__($self, /)\n--\n\nA capsule with Arrow's ArrowSchema.",
    },
    .{
        .ml_name = "__arrow_c_array__",
        .ml_meth = &arrayOf,
        .ml_flags = capi.constants.METH_FASTCALL | capi.constants.METH_KEYWORDS,
        .ml_doc = "__arrow_c_array__($self, /, requested_schema=None)\n--\n\n" ++
            "Capsules with Arrow's ArrowSchema and ArrowArray. No other schema can be asked for.",
    },
    .{},
};

fn repr(object: *PyObject) callconv(.c) ?*PyObject {
    const self = Object.of(object);
    return c.PyUnicode_FromFormat(
        "<Column of %s, %zu rows, %zu null>",
        self.kind.name.ptr,
        self.rows,
        self.nulls,
    );
}

fn length(object: *PyObject) callconv(.c) capi.Py_ssize_t {
    return @intCast(Object.of(object).rows);
}

fn itemOf(object: *PyObject, index: capi.Py_ssize_t) callconv(.c) ?*PyObject {
    const self = Object.of(object);
    if (index < 0 or index >= self.rows) {
        c.PyErr_SetString(capi.exception("IndexError"), "column index out of range");
        return null;
    }
    const row: usize = @intCast(index);
    if (self.buffers[0] != 0 and !isSet(self.buffers[0], row)) return capi.singleton(.None);
    return self.kind.give(c.PyType_GetModule(capi.typeOf(object)) orelse return null, self, row);
}

fn tolist(object: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    return c.PySequence_List(object);
}

/// With a column of the same kind, or a list of the same rows: whether all are equal.
fn compare(object: *PyObject, other: *PyObject, operator: c_int) callconv(.c) ?*PyObject {
    const is_equality = operator == capi.constants.Py_EQ or operator == capi.constants.Py_NE;
    const is_column = capi.typeOf(object) == capi.typeOf(other);
    const is_same = !is_column or std.mem.eql(
        u8,
        &Object.of(object).format,
        &Object.of(other).format,
    );
    if (!is_equality or !is_same or !(is_column or capi.hasFlag(other, "LIST_SUBCLASS")))
        return capi.newRef(capi.object("_Py_NotImplementedStruct"));
    const mine = tolist(object, null) orelse return null;
    defer c.Py_DecRef(mine);
    const others = if (is_column) tolist(other, null) orelse return null else capi.newRef(other);
    defer c.Py_DecRef(others);
    return c.PyObject_RichCompare(mine, others, operator);
}

// Pickles: the rows, which a function of the module makes a column again.

pub const restore_name = "__nano_ffi_column__";

fn reduce(object: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    const self = Object.of(object);
    const module = c.PyType_GetModule(capi.typeOf(object)) orelse return null;
    const restoring = c.PyObject_GetAttrString(module, restore_name) orelse return null;
    defer c.Py_DecRef(restoring);
    const name = capi.newStr(self.kind.name) orelse return null;
    defer c.Py_DecRef(name);
    const format = capi.newStr(std.mem.sliceTo(&self.format, 0)) orelse return null;
    defer c.Py_DecRef(format);
    const rows = tolist(object, null) orelse return null;
    defer c.Py_DecRef(rows);
    const args = c.PyTuple_Pack(3, name, format, rows) orelse return null;
    defer c.Py_DecRef(args);
    return c.PyTuple_Pack(2, restoring, args);
}

/// The function of a module that makes columns of `types` of what `reduce` gave.
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
            const format = convert.utf8OfAny(args[1]) catch return null;
            inline for (types) |T| {
                if (std.mem.eql(u8, name, Kind.of(T).name) and isFormatOf(T, format))
                    return restoreAs(T, module, format, args[2]);
            }
            c.PyErr_SetString(
                capi.exception("ValueError"),
                "the pickle is of another version of the column",
            );
            return null;
        }
    };
}

fn isFormatOf(comptime T: type, format: []const u8) bool {
    if (std.mem.eql(u8, format, formatOf(T))) return true;
    return T == i64 and format.len > 0 and format.len <= max_format and format[0] == 't';
}

fn restoreAs(
    comptime T: type,
    module: *PyObject,
    format: []const u8,
    rows: *PyObject,
) ?*PyObject {
    const column = columnOf(T, module, rows) catch return null;
    const made = give(@TypeOf(column), module, column) orelse return null;
    const place = &Object.of(made).format;
    place.* = @splat(0);
    @memcpy(place[0..format.len], format);
    return made;
}

fn columnOf(comptime T: type, module: *PyObject, rows: *PyObject) Error!columns.Column(T) {
    const size = c.PyObject_Size(rows);
    if (size < 0) return error.PythonException;
    var column = columns.Column(T).init(memory.allocator, @intCast(size)) catch
        return errors.raiseNoMemory();
    errdefer column.deinit();
    for (0..@intCast(size)) |row| {
        const value = c.PySequence_GetItem(rows, @intCast(row)) orelse
            return error.PythonException;
        defer c.Py_DecRef(value);
        if (value == capi.object("_Py_NoneStruct")) continue;
        if (T == []const u8) {
            column.set(row, try convert.utf8OfAny(value)) catch return errors.raiseNoMemory();
        } else column.set(row, try convert.loadField(T, memory.allocator, module, value, &.{
            .function = restore_name,
            .name = "rows",
            .typ = signature.typeName(T).?,
        }));
    }
    return column;
}

/// The type of the rows of the column that a function gives, which returns an `R`.
pub fn itemsOf(comptime R: type) []const type {
    return comptime switch (@typeInfo(R)) {
        .optional => |optional| itemsOf(optional.child),
        .pointer => |pointer| if (signature.holdsMade(R)) itemsOf(pointer.child) else &.{},
        .array => |array| if (signature.holdsMade(R)) itemsOf(array.child) else &.{},
        .@"struct" => |info| if (!info.is_tuple and @hasDecl(R, "nano_ffi_column"))
            &.{R.nano_ffi_column}
        else if (signature.kindOf(R) == .map and signature.holdsMade(R))
            itemsOf(signature.MapValue(R))
        else if (signature.holdsMade(R)) types: {
            var types: []const type = &.{};
            for (info.field_types) |Field| types = types ++ itemsOf(Field);
            break :types types;
        } else &.{},
        else => &.{},
    };
}

fn schemaOf(object: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    return Exported(arrow.Schema, "arrow_schema").make(Object.of(object));
}

fn arrayOf(
    object: *PyObject,
    _: [*]const *PyObject,
    nargs: capi.Py_ssize_t,
    names: ?*PyObject,
) callconv(.c) ?*PyObject {
    const count = nargs + if (names) |tuple| c.PyTuple_Size(tuple) else 0;
    if (count > 1) {
        c.PyErr_SetString(
            capi.exception("TypeError"),
            "__arrow_c_array__() takes at most 1 argument, requested_schema",
        );
        return null;
    }
    const schema = schemaOf(object, null) orelse return null;
    defer c.Py_DecRef(schema);
    const array = Exported(arrow.Array, "arrow_array").make(Object.of(object)) orelse return null;
    defer c.Py_DecRef(array);
    return c.PyTuple_Pack(2, schema, array);
}

/// A struct of Arrow in a capsule. Who takes it copies it, and calls its `release`, on any thread.
fn Exported(comptime Struct: type, comptime name: [:0]const u8) type {
    return struct {
        /// What a struct points to, as long as it is not released.
        const Private = struct {
            owner: *Shared,
            buffers: [3]?*const anyopaque,
            format: [max_format:0]u8,
        };

        fn make(self: *Object) ?*PyObject {
            const exported = memory.allocator.create(Struct) catch return c.PyErr_NoMemory();
            const private = memory.allocator.create(Private) catch {
                memory.allocator.destroy(exported);
                return c.PyErr_NoMemory();
            };
            private.* = .{
                .owner = self.owner.keep(),
                .buffers = undefined,
                .format = self.format,
            };
            for (&private.buffers, self.buffers) |*buffer, address|
                buffer.* = @ptrFromInt(address);
            exported.* = if (Struct == arrow.Schema) .{
                .format = &private.format,
                .name = "",
                .metadata = null,
                .flags = 2, // it may have nulls
                .child_count = 0,
                .children = null,
                .dictionary = null,
                .release = &release,
                .private = private,
            } else .{
                .len = @intCast(self.rows),
                .null_count = @intCast(self.nulls),
                .offset = 0,
                .buffer_count = self.kind.buffer_count,
                .child_count = 0,
                .buffers = &private.buffers,
                .children = null,
                .dictionary = null,
                .release = &release,
                .private = private,
            };
            return c.PyCapsule_New(exported, name, &drop) orelse {
                release(exported);
                memory.allocator.destroy(exported);
                return null;
            };
        }

        fn release(exported: *Struct) callconv(.c) void {
            const private: *Private = @ptrCast(@alignCast(exported.private.?));
            private.owner.drop();
            memory.allocator.destroy(private);
            exported.release = null;
        }

        fn drop(capsule: *PyObject) callconv(.c) void {
            const exported: *Struct = @ptrCast(@alignCast(
                c.PyCapsule_GetPointer(capsule, name) orelse return c.PyErr_Clear(),
            ));
            if (exported.release) |end| end(exported);
            memory.allocator.destroy(exported);
        }
    };
}
