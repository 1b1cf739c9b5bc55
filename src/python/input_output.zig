//! The `std.Io` that functions with such a parameter get.

const std = @import("std");
const memory = @import("memory.zig");

/// One for the module. It runs what is async at once, in the thread that asks for it, and sets no
/// handlers of signals: these are Python's.
var threaded: std.Io.Threaded = .init_single_threaded;

pub fn provide() std.Io {
    return threaded.io();
}
