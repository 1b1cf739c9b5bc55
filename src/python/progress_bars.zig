//! `std.Progress` as Python shows it: a thread of Python's draws bars by tqdm, or lines where that
//! is not installed. For functions that run without the GIL, as it needs that meanwhile.

const std = @import("std");
const attachment = @import("attachment.zig");
const capi = @import("capi.zig");
const input_output = @import("input_output.zig");
const progress = @import("progress.zig");
const said = @import("said.zig");
const script = @import("script.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

/// The names that `place` gives are those of `progress.Place`. A bar is its node's, which has a
/// name in its parent.
const source: [:0]const u8 =
    \\import sys
    \\from importlib.util import find_spec
    \\from threading import Thread
    \\
    \\
    \\def place(number):
    \\    stream = sys.stderr
    \\    if stream is None or not getattr(stream, "isatty", bool)():
    \\        return "nowhere"
    \\    if stream is sys.__stderr__ and find_spec("tqdm") is None:
    \\        return "terminal"
    \\    try:
    \\        Thread(target=follow, args=(number, stream), daemon=True).start()
    \\    except RuntimeError:
    \\        return "nowhere"  # this interpreter has no daemon threads, or is about to end
    \\    return "python"
    \\
    \\
    \\def follow(number, stream):
    \\    try:
    \\        try:
    \\            from tqdm.auto import tqdm
    \\        except ImportError:
    \\            show = lines(stream)
    \\        else:
    \\            show = bars(tqdm)
    \\        next(show)
    \\        while (seen := look(number)) is not None:
    \\            show.send(seen)
    \\        show.close()
    \\    finally:
    \\        close(number)
    \\
    \\
    \\def lines(stream):
    \\    last = ""
    \\    try:
    \\        while True:
    \\            text, _ = yield
    \\            if text != last:
    \\                stream.write("\r" + text.ljust(len(last)))
    \\                stream.flush()
    \\                last = text
    \\    finally:
    \\        if last:
    \\            stream.write("\n")
    \\            stream.flush()
    \\
    \\
    \\def bars(tqdm):
    \\    shown = {}
    \\    try:
    \\        while True:
    \\            _, nodes = yield
    \\            keys = []
    \\            for parent, name, done, total in nodes:
    \\                key = (*(() if parent is None else keys[parent]), name)
    \\                keys.append(key)
    \\                if not (name or total or done):
    \\                    continue
    \\                bar = shown.get(key)
    \\                if bar is None:
    \\                    if len(shown) >= 10:
    \\                        continue
    \\                    bar = shown[key] = tqdm(total=total or None, desc=name or None, leave=parent is None)
    \\                bar.total, bar.n = total or None, done
    \\                bar.refresh()
    \\            for key in shown.keys() - keys:
    \\                shown.pop(key).close()
    \\    finally:
    \\        for bar in reversed(shown.values()):
    \\            bar.close()
    \\
;

const functions = [_]capi.PyMethodDef{
    .{ .ml_name = "look", .ml_meth = &look, .ml_flags = capi.constants.METH_O },
    .{ .ml_name = "close", .ml_meth = &close, .ml_flags = capi.constants.METH_O },
};

const asked: progress.Asked = .{
    .place = &place,
    .caller = &attachment.caller,
    .isAttached = &attachment.isAttached,
};

/// The `std.Io` of a function that Python calls.
pub fn provide() std.Io {
    progress.asked.store(&asked, .release);
    return input_output.provide();
}

fn place(number: u32) progress.Place {
    // Nobody draws with Python while this call has that.
    if (attachment.isAttached()) return if (said.isElsewhere()) .nowhere else terminal();
    const visit = attachment.Visit.ofCall() orelse return .nowhere;
    const told = placeOf(number) orelse failed: {
        // Ctrl-C is for who asks for it.
        if (c.PyErr_ExceptionMatches(capi.exception("KeyboardInterrupt")) != 0) {
            c.PyErr_Clear();
            c.PyErr_SetInterrupt();
        } else c.PyErr_WriteUnraisable(null);
        break :failed .nowhere;
    };
    visit.end();
    return if (told == .terminal) terminal() else told;
}

fn terminal() progress.Place {
    std.Io.File.stderr().enableAnsiEscapeCodes(input_output.carrying()) catch return .nowhere;
    return .terminal;
}

/// Null with the error set.
fn placeOf(number: u32) ?progress.Place {
    const name = capi.newStr("nano_ffi") orelse return null;
    defer c.Py_DecRef(name);
    const globals = script.execute(name, "<nano_ffi progress>", source, &functions) orelse
        return null;
    defer c.Py_DecRef(globals);
    const function = c.PyDict_GetItemString(globals, "place") orelse return null;
    const own = c.PyLong_FromLongLong(@intCast(number)) orelse return null;
    defer c.Py_DecRef(own);
    const told = capi.vectorcall(function, &.{own}, 1, null) orelse return null;
    defer c.Py_DecRef(told);
    var size: capi.Py_ssize_t = undefined;
    const text = c.PyUnicode_AsUTF8AndSize(told, &size) orelse return null;
    return std.meta.stringToEnum(progress.Place, text[0..@intCast(size)]) orelse .nowhere;
}

/// `look(number)`: a line, and the nodes, as soon as there is something new; None where that start
/// of std.Progress is over.
fn look(_: ?*PyObject, given: *PyObject) callconv(.c) ?*PyObject {
    const number = numberOf(given) orelse return null;
    const io = input_output.carrying();
    var view: progress.View = .{};
    const state = attachment.detach();
    const is_there = progress.look(io, number, &view);
    attachment.attach(state);
    if (!is_there) return capi.singleton(.None);
    const nodes = c.PyList_New(0) orelse return null;
    defer c.Py_DecRef(nodes);
    for (0..view.count) |index| {
        const node = tupleOf(view.node(index)) orelse return null;
        defer c.Py_DecRef(node);
        if (c.PyList_Append(nodes, node) < 0) return null;
    }
    var buffer: [progress.width]u8 = undefined;
    const text = strOf(view.text(&buffer)) orelse return null;
    defer c.Py_DecRef(text);
    return c.PyTuple_Pack(2, text, nodes);
}

fn tupleOf(node: progress.Node) ?*PyObject {
    const parent = if (node.parent) |index|
        c.PyLong_FromLongLong(@intCast(index)) orelse return null
    else
        capi.singleton(.None);
    defer c.Py_DecRef(parent);
    const name = strOf(node.name) orelse return null;
    defer c.Py_DecRef(name);
    const done = c.PyLong_FromLongLong(@intCast(node.done)) orelse return null;
    defer c.Py_DecRef(done);
    const total = c.PyLong_FromLongLong(@intCast(node.total)) orelse return null;
    defer c.Py_DecRef(total);
    return c.PyTuple_Pack(4, parent, name, done, total);
}

/// A name may be cut in the middle of a character.
fn strOf(text: []const u8) ?*PyObject {
    return c.PyUnicode_DecodeUTF8(text.ptr, @intCast(text.len), "replace");
}

/// `close(number)`: what is shown of that start is all there is.
fn close(_: ?*PyObject, given: *PyObject) callconv(.c) ?*PyObject {
    progress.close(input_output.carrying(), numberOf(given) orelse return null);
    return capi.singleton(.None);
}

fn numberOf(given: *PyObject) ?u32 {
    const number = c.PyLong_AsLongLong(given);
    if (number == -1 and c.PyErr_Occurred() != null) return null;
    return std.math.cast(u32, number) orelse 0;
}
