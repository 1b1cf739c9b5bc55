//! A callback that a thread of Zig's calls. std.Thread needs libc, `link = ["c"]`, to start one.

const std = @import("std");
const nano_ffi = @import("nano_ffi");

const Function = nano_ffi.Callback(fn (i64) i64);
const Errors = error{ PythonException, SystemResources };

/// What the callback returns, or its error.
pub fn elsewhere(function: Function) Errors!i64 {
    var result: error{PythonException}!i64 = 0;
    try inThread(&function, &result);
    return result;
}

/// The same, but an error of the callback is not given on.
pub fn careless(function: Function) Errors!i64 {
    var result: error{PythonException}!i64 = 0;
    try inThread(&function, &result);
    return result catch 5;
}

/// First by the thread that calls, then by another one.
pub fn both(function: Function) Errors!i64 {
    var result: error{PythonException}!i64 = 0;
    const here = try function.call(.{1});
    try inThread(&function, &result);
    return here + try result;
}

fn inThread(function: *const Function, result: *error{PythonException}!i64) Errors!void {
    const thread = std.Thread.spawn(.{}, run, .{ function, result }) catch
        return error.SystemResources;
    thread.join();
}

fn run(function: *const Function, result: *error{PythonException}!i64) void {
    result.* = function.call(.{7});
}
