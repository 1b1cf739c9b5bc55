//! What `@import("nano_ffi")` gives.

const allocators = @import("allocator.zig");
const arrays = @import("array.zig");
const columns = @import("column.zig");
const ndarrays = @import("ndarray.zig");
const python_ext = @import("python_ext.zig");
const said = @import("python/said.zig");
const references = @import("python/references.zig");
const signatures = @import("signature.zig");
const standard = @import("standard.zig");
const variadic = @import("variadic.zig");

/// `bridge.makeTrampoline(function, .{})`: a Zig function as a CPython one.
pub const bridge = python_ext.Bridge;
/// The functions of a module by name. What a file's `pub fn nano_ffi_init(registry: *Registry)
/// !void` registers while the module is imported becomes a function of it.
pub const Registry = python_ext.Registry;
pub const registry = struct {
    pub const Registry = python_ext.Registry;
};
pub const exportModule = python_ext.exportModule;
pub const exportDispatcher = python_ext.exportDispatcher;
/// To be declared in the root file of an extension: `pub const panic = nano_ffi.panic;`
pub const panic = python_ext.panic;
/// To be declared there, too: `pub const std_options = nano_ffi.stdOptions(file);`, where `file`
/// may have `std_options` of its own.
pub const stdOptions = @import("std_options.zig").of;
/// And `pub const std_options_debug_io = nano_ffi.debug_io;`.
pub const debug_io = said.debug_io;

/// `return nano_ffi.fail(error.Syntax, "line {d}", .{line})`: an error whose exception has a text.
pub const fail = @import("messages.zig").fail;
/// `return nano_ffi.failPath(error.FileNotFound, path)`: an error whose exception has a `filename`.
pub const failPath = @import("messages.zig").failPath;

/// `return nano_ffi.raise(PathError{ .path = path })`: the exception of a struct that is one.
pub const raise = @import("python/exceptions.zig").raise;

/// `try nano_ffi.checkSignals()`: ends a call that takes long by Ctrl-C.
pub const checkSignals = @import("python/signals.zig").checkSignals;

pub const Signature = signatures.Signature;
pub const Str = signatures.Str;
pub const Bytes = signatures.Bytes;
pub const Path = signatures.Path;
pub const Args = variadic.Args;
pub const Kwargs = variadic.Kwargs;
pub const Buffer = signatures.Buffer;
pub const Callback = references.Callback;
pub const Object = references.Object;
/// A module of Python's: during a call, as all that is done with objects.
pub const import = @import("python/operations.zig").import;
pub const Reference = references.Reference;
pub const Array = arrays.Array;
pub const Column = columns.Column;
pub const NdArray = ndarrays.NdArray;
pub const NdArrayMut = ndarrays.NdArrayMut;
/// Python's dates and times, exact numbers and UUIDs.
pub const Date = standard.Date;
pub const Time = standard.Time;
pub const DateTime = standard.DateTime;
pub const TimeDelta = standard.TimeDelta;
pub const Decimal = standard.Decimal;
pub const Fraction = standard.Fraction;
pub const Uuid = standard.Uuid;
pub const Owned = allocators.Owned;
pub const OwnedArena = allocators.OwnedArena;
/// CPython's raw memory domain: for what a function returns as `Owned`, see allocator.zig.
pub const allocator = @import("python/memory.zig").allocator;

test {
    _ = @import("absent.zig");
    _ = @import("adapters.zig");
    _ = @import("allocator.zig");
    _ = @import("array.zig");
    _ = @import("Blocks.zig");
    _ = @import("classes.zig");
    _ = @import("column.zig");
    _ = @import("comptime_bridge.zig");
    _ = @import("declarations.zig");
    _ = @import("elementwise.zig");
    _ = @import("literals.zig");
    _ = @import("ndarray.zig");
    _ = @import("exceptions.zig");
    _ = @import("exports.zig");
    _ = @import("description.zig");
    _ = @import("digits.zig");
    _ = @import("dtypes.zig");
    _ = @import("Heap.zig");
    _ = @import("items.zig");
    _ = @import("layout.zig");
    _ = @import("messages.zig");
    _ = @import("page_size.zig");
    _ = @import("panics.zig");
    _ = @import("pointing.zig");
    _ = @import("python/memory.zig");
    _ = @import("reach.zig");
    _ = @import("Readers.zig");
    _ = @import("registry.zig");
    _ = @import("table.zig");
    _ = @import("signature.zig");
    _ = @import("SpinLock.zig");
    _ = @import("standard.zig");
    _ = @import("std_options.zig");
    _ = @import("string_maps.zig");
    _ = @import("untagged.zig");
    _ = @import("raw_text.zig");
    _ = @import("retyped.zig");
    _ = @import("vectors.zig");
    _ = @import("variants.zig");
    _ = @import("c_callbacks.zig");
    _ = @import("sequences.zig");
    _ = @import("variadic.zig");
    _ = @import("tables.zig");
}
