//! Tables of libraries, `fp-lib-table` and `sym-lib-table`.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const mapping = @import("mapping.zig");
const Allocator = std.mem.Allocator;
const List = std.ArrayList;
const Text = []const u8;

const Files = mapping.Mapping(@import("layouts.zig").layoutOf);

/// Where libraries of footprints are.
pub const FootprintTable = struct {
    version: ?u32 = null,
    libraries: List(Library) = .empty,

    /// Reads the text of a file.
    pub fn loads(gpa: Allocator, text: Text) !nano_ffi.OwnedArena(FootprintTable) {
        return Files.loads(FootprintTable, "fp_lib_table", gpa, text);
    }
    /// The text of the file.
    pub fn dumps(self: *const FootprintTable, gpa: Allocator) !nano_ffi.Owned(Text) {
        return Files.dumps("fp_lib_table", gpa, self.*);
    }
};

/// Where libraries of symbols are.
pub const SymbolTable = struct {
    version: ?u32 = null,
    libraries: List(Library) = .empty,

    /// Reads the text of a file.
    pub fn loads(gpa: Allocator, text: Text) !nano_ffi.OwnedArena(SymbolTable) {
        return Files.loads(SymbolTable, "sym_lib_table", gpa, text);
    }
    /// The text of the file.
    pub fn dumps(self: *const SymbolTable, gpa: Allocator) !nano_ffi.Owned(Text) {
        return Files.dumps("sym_lib_table", gpa, self.*);
    }
};

pub const Library = struct {
    name: Text,
    type: Text,
    uri: Text,
    options: Text,
    descr: Text,
    disabled: ?bool = null,
    hidden: ?bool = null,
};

test FootprintTable {
    const text = @embedFile("files/fp-lib-table");
    const file = try FootprintTable.loads(std.testing.allocator, text);
    defer file.deinit();
    const again = try file.data.dumps(std.testing.allocator);
    defer again.deinit();
    try std.testing.expectEqualStrings(text, again.data);
}

test SymbolTable {
    const table: SymbolTable = .{ .version = 7 };
    const text = try table.dumps(std.testing.allocator);
    defer text.deinit();
    const again = try SymbolTable.loads(std.testing.allocator, text.data);
    defer again.deinit();
    try std.testing.expectEqual(7, again.data.version);
}
