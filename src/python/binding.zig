//! Arguments given by position and by keyword → one per parameter, in order.

const std = @import("std");
const capi = @import("capi.zig");
const Signature = @import("../signature.zig").Signature;
const c = capi.functions;
const PyObject = capi.PyObject;

/// Fills `all` (as long as `sig.args`) with borrowed references. `args` holds `nargs` positional
/// arguments and behind them one for each name in the tuple `kwnames`.
/// False with TypeError set, which names what is missing, unexpected or given twice.
pub noinline fn bind(
    sig: *const Signature,
    args: [*]const *PyObject,
    nargs: usize,
    kwnames: ?*PyObject,
    all: []?*PyObject,
) bool {
    const keywords: usize = if (kwnames) |tuple| @intCast(c.PyTuple_Size(tuple)) else 0;
    const needed = for (sig.args, 0..) |parameter, index| {
        if (parameter.optional) break index;
    } else sig.args.len;
    if (nargs > all.len or (keywords == 0 and nargs < needed)) {
        _ = c.PyErr_Format(
            capi.exception("TypeError"),
            "%s() takes %s%zu argument%s (%zu given)",
            sig.name.ptr,
            @as([*:0]const u8, if (needed == all.len) "" else if (nargs < needed) "at least " else "at most "),
            if (nargs < needed) needed else all.len,
            @as([*:0]const u8, if ((if (nargs < needed) needed else all.len) == 1) "" else "s"),
            nargs + keywords,
        );
        return false;
    }
    @memset(all, null);
    for (all[0..nargs], args) |*slot, arg| slot.* = arg;
    for (0..keywords) |index| {
        const name = c.PyTuple_GetItem(kwnames.?, @intCast(index)) orelse return false;
        const slot = find(sig, name) orelse {
            if (c.PyErr_Occurred() == null) _ = c.PyErr_Format(
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
        all[slot] = args[nargs + index];
    }
    for (all, sig.args) |*given, parameter| if (given.* == null) {
        if (parameter.optional) {
            given.* = capi.object("_Py_NoneStruct");
            continue;
        }
        _ = c.PyErr_Format(
            capi.exception("TypeError"),
            "%s() missing required argument '%s'",
            sig.name.ptr,
            parameter.name.ptr,
        );
        return false;
    };
    return true;
}

fn find(sig: *const Signature, name: *PyObject) ?usize {
    var size: capi.Py_ssize_t = 0;
    const text = c.PyUnicode_AsUTF8AndSize(name, &size) orelse return null;
    for (sig.args, 0..) |parameter, index| {
        if (std.mem.eql(u8, parameter.name, text[0..@intCast(size)])) return index;
    }
    return null;
}
