//! Runs the `test` blocks of a user's Zig file in a Python process: as a library, because
//! what the file imports of nano_ffi calls CPython's functions. nano_ffi/zig_tests.py calls these.

const std = @import("std");
const builtin = @import("builtin");
const testing = std.testing;

const Outcome = enum(c_int) { passed, failed, skipped, leaked };

export fn nano_ffi_test_count() usize {
    return builtin.test_functions.len;
}

/// The name of a test, and its length in bytes.
export fn nano_ffi_test_name(index: usize, length: *usize) [*]const u8 {
    const name = builtin.test_functions[index].name;
    length.* = name.len;
    return name.ptr;
}

/// Runs a test. What it says of a failure goes to standard error.
export fn nano_ffi_test_run(index: usize) Outcome {
    testing.allocator_instance = .init(std.heap.page_allocator, .{
        .canary = 0xa7,
        .check_write_after_free = true,
    });
    testing.io_instance = .init(testing.allocator, .{});
    testing.environ = .empty;
    testing.log_level = .warn;
    const function = builtin.test_functions[index].func;
    const outcome: Outcome = if (function()) |_| .passed else |err| switch (err) {
        error.SkipZigTest => .skipped,
        else => failed: {
            std.debug.print("error: {t}\n", .{err});
            if (@errorReturnTrace()) |trace| std.debug.dumpErrorReturnTrace(trace);
            break :failed .failed;
        },
    };
    testing.io_instance.deinit();
    if (testing.allocator_instance.deinit() != 0 and outcome != .failed) return .leaked;
    return outcome;
}
