//! Arguments given by position and by keyword → one per parameter, in order.

const std = @import("std");
const capi = @import("capi.zig");
const Line = @import("../Line.zig");
const Signature = @import("../signature.zig").Signature;
const c = capi.functions;
const PyObject = capi.PyObject;

/// Whether the keywords are the last parameters, in their order: then the arguments lie as if all
/// were given by position. False also where that cannot be seen at once.
pub inline fn isInOrder(comptime sig: Signature, nargs: usize, kwnames: *PyObject) bool {
    if (!capi.ascii_is_readable) return false;
    const tuple: *const capi.structs.PyTupleObject = @ptrCast(@alignCast(kwnames));
    const keywords: usize = @intCast(tuple.ob_base.ob_size);
    if (nargs + keywords != sig.args.len) return false;
    const names: [*]const ?*PyObject = &tuple.ob_item;
    inline for (sig.args, 0..) |parameter, index| {
        if (index >= nargs and !isNamed(names[index - nargs].?, parameter.name)) return false;
    }
    return true;
}

/// Whether a str is a name that is known while compiling.
inline fn isNamed(str: *PyObject, comptime name: []const u8) bool {
    const text = capi.asciiOf(str) orelse return false;
    if (text.len != name.len) return false;
    const Bytes = @Vector(name.len, u8);
    return @reduce(.And, @as(Bytes, text.ptr[0..name.len].*) == @as(Bytes, name[0..name.len].*));
}

/// Whether each of the arguments that `bind` has found was given, and none is its default.
pub inline fn isWhole(comptime sig: *const Signature, all: []const ?*PyObject) bool {
    const has_defaults = comptime for (sig.args) |arg| {
        if (arg.default != null) break true;
    } else false;
    if (!has_defaults) return true;
    return std.mem.indexOfScalar(?*PyObject, all, null) == null;
}

/// How many arguments there are at least.
pub fn requiredOf(comptime sig: Signature) usize {
    var required: usize = 0;
    for (sig.args, 1..) |parameter, count| if (parameter.default == null) {
        required = count;
    };
    return required;
}

/// How many arguments there are where they lie as if all were given by position, as most do: the
/// keywords are the next parameters, in their order. Null of others, and where that is not seen at
/// once. The signature is plain.
pub inline fn inOrder(sig: *const Signature, nargs: usize, kwnames: ?*PyObject) ?usize {
    const names = kwnames orelse return nargs;
    return namedInOrder(sig, nargs, names);
}

noinline fn namedInOrder(sig: *const Signature, nargs: usize, names: *PyObject) ?usize {
    if (!capi.ascii_is_readable) return null;
    const tuple: *const capi.structs.PyTupleObject = @ptrCast(@alignCast(names));
    const keywords: [*]const ?*PyObject = &tuple.ob_item;
    const total = nargs + @as(usize, @intCast(tuple.ob_base.ob_size));
    if (total > sig.args.len) return null;
    for (keywords, sig.args[nargs..total]) |keyword, *parameter| {
        const name = capi.asciiOf(keyword.?) orelse return null;
        if (!isSame(name, parameter.name)) return null;
    }
    return total;
}

/// Names are short: a call would take longer.
inline fn isSame(a: []const u8, b: []const u8) bool {
    if (a.len != b.len) return false;
    var left = a.len;
    while (left > 0) {
        left -= 1;
        if (a[left] != b[left]) return false;
    }
    return true;
}

/// Fills `all` (as long as `sig.args`) with borrowed references, null for what was left out and has
/// a default. `args` holds `nargs` positional
/// arguments and behind them one for each name in the tuple `kwnames`.
/// False with TypeError set, which names what is missing, unexpected or given twice. What takes all
/// other arguments is a tuple and a dict: of these the references are the caller's, see `release`.
pub noinline fn bind(
    sig: *const Signature,
    args: [*]const *PyObject,
    nargs: usize,
    kwnames: ?*PyObject,
    all: []?*PyObject,
) bool {
    if (sig.isPlain()) return bindPlain(sig, args, nargs, kwnames, all);
    if (bindByWay(sig, args, nargs, kwnames, all)) return true;
    release(sig, all);
    return false;
}

/// Gives back what `bind` has made.
pub fn release(sig: *const Signature, all: []const ?*PyObject) void {
    for (sig.args, all) |parameter, object| {
        if (parameter.way == .rest or parameter.way == .keywords) c.Py_DecRef(object);
    }
}

fn bindByWay(
    sig: *const Signature,
    args: [*]const *PyObject,
    nargs: usize,
    kwnames: ?*PyObject,
    all: []?*PyObject,
) bool {
    @memset(all, null);
    var takes_rest = false;
    var names: ?*PyObject = null;
    var count: usize = 0;
    for (sig.args, all) |parameter, *slot| switch (parameter.way) {
        .any, .positional => count += 1,
        .named => {},
        .rest => {
            takes_rest = true;
            const more = nargs -| count;
            const tuple = c.PyTuple_New(@intCast(more)) orelse return false;
            slot.* = tuple;
            for (0..more) |index| {
                const item = args[count + index];
                c.Py_IncRef(item);
                _ = c.PyTuple_SetItem(tuple, @intCast(index), item);
            }
        },
        .keywords => {
            names = c.PyDict_New() orelse return false;
            slot.* = names;
        },
    };
    if (nargs > count and !takes_rest) {
        _ = c.PyErr_Format(
            capi.exception("TypeError"),
            "%s() takes at most %zu positional argument%s (%zu given)",
            sig.name.ptr,
            count,
            @as([*:0]const u8, if (count == 1) "" else "s"),
            nargs,
        );
        return false;
    }
    for (all[0..@min(nargs, count)], args) |*slot, arg| slot.* = arg;
    return bindNames(sig, args + nargs, kwnames, names, all);
}

fn bindPlain(
    sig: *const Signature,
    args: [*]const *PyObject,
    nargs: usize,
    kwnames: ?*PyObject,
    all: []?*PyObject,
) bool {
    const keywords: usize = if (kwnames) |tuple| @intCast(c.PyTuple_Size(tuple)) else 0;
    const has_defaults = for (sig.args) |parameter| {
        if (parameter.default != null) break true;
    } else false;
    if (nargs > all.len) {
        _ = c.PyErr_Format(
            capi.exception("TypeError"),
            "%s() takes %s%zu argument%s (%zu given)",
            sig.name.ptr,
            @as([*:0]const u8, if (has_defaults) "at most " else ""),
            all.len,
            @as([*:0]const u8, if (all.len == 1) "" else "s"),
            nargs + keywords,
        );
        return false;
    }
    @memset(all, null);
    for (all[0..nargs], args) |*slot, arg| slot.* = arg;
    return bindNames(sig, args + nargs, kwnames, null, all);
}

/// `others` is the dict of the names that no parameter has.
fn bindNames(
    sig: *const Signature,
    values: [*]const *PyObject,
    kwnames: ?*PyObject,
    others: ?*PyObject,
    all: []?*PyObject,
) bool {
    const keywords: usize = if (kwnames) |tuple| @intCast(c.PyTuple_Size(tuple)) else 0;
    for (0..keywords) |index| {
        const name = c.PyTuple_GetItem(kwnames.?, @intCast(index)) orelse return false;
        const slot = find(sig, name) orelse {
            if (others) |dict| {
                if (c.PyDict_SetItem(dict, name, values[index]) < 0) return false;
                continue;
            }
            _ = c.PyErr_Format(
                capi.exception("TypeError"),
                "%s() got an unexpected keyword argument '%U'",
                sig.name.ptr,
                name,
            );
            return false;
        };
        if (all[slot] != null) {
            _ = c.PyErr_Format(
                capi.exception("TypeError"),
                "%s() got multiple values for argument '%U'",
                sig.name.ptr,
                name,
            );
            return false;
        }
        all[slot] = values[index];
    }
    for (all, sig.args) |given, parameter| {
        if (given == null and parameter.default == null) return raiseMissing(sig, all);
    }
    return true;
}

/// Raises TypeError, which names all parameters that were to be given. False.
fn raiseMissing(sig: *const Signature, all: []const ?*PyObject) bool {
    var buffer: [256]u8 = undefined;
    var line: Line = .init(&buffer); // cut off where they are many: the first ones tell enough
    var count: usize = 0;
    for (all, sig.args) |given, parameter| {
        if (given != null or parameter.default != null) continue;
        line.add(if (count == 0) "'" else ", '");
        line.add(parameter.name);
        line.add("'");
        count += 1;
    }
    _ = c.PyErr_Format(
        capi.exception("TypeError"),
        "%s() missing required argument%s %s",
        sig.name.ptr,
        @as([*:0]const u8, if (count == 1) "" else "s"),
        @as([*:0]const u8, line.text()),
    );
    return false;
}

fn find(sig: *const Signature, name: *PyObject) ?usize {
    const text = capi.asciiOf(name) orelse text: {
        var size: capi.Py_ssize_t = 0;
        const utf8 = c.PyUnicode_AsUTF8AndSize(name, &size) orelse {
            c.PyErr_Clear(); // a lone surrogate: no parameter has it in its name
            return null;
        };
        break :text utf8[0..@intCast(size)];
    };
    for (sig.args, 0..) |parameter, index| {
        const has_name = parameter.way == .any or parameter.way == .named;
        if (has_name and std.mem.eql(u8, parameter.name, text)) return index;
    }
    return null;
}
