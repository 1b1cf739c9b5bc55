//! S-expressions: tokens, a tree, text from it, and KiCad's files as typed objects.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const tokenizer = @import("tokenizer.zig");
const trees = @import("tree.zig");
const printer = @import("printer.zig");
const Allocator = std.mem.Allocator;

pub const kicad = @import("kicad.zig");
pub const kicad5 = @import("kicad5.zig");
pub const lib_table = @import("lib_table.zig");
pub const netlist = @import("netlist.zig");
pub const schematic = @import("schematic.zig");
pub const Token = tokenizer.Token;
pub const TokenKind = tokenizer.TokenKind;
pub const Tree = trees.Tree;
pub const Node = trees.Node;
pub const NodeKind = trees.NodeKind;

/// What is no S-expression.
pub const SyntaxError = tokenizer.SyntaxError;
/// What is none of the file that was asked for.
pub const FormatError = @import("mapping.zig").FormatError;

/// The tokens of a text, with their places.
pub fn tokenize(gpa: Allocator, text: []const u8) !nano_ffi.Owned([]const Token) {
    var list: std.ArrayList(Token) = .empty;
    errdefer list.deinit(gpa);
    var tokens: tokenizer.Tokenizer = .{ .source = text };
    while (try tokens.next()) |token| try list.append(gpa, token);
    return .{ .data = try list.toOwnedSlice(gpa), .allocator = gpa };
}

/// Reads one expression.
pub fn parse(gpa: Allocator, text: []const u8) !Tree {
    return trees.parse(gpa, text);
}

/// The same expression with lines and indentation as KiCad makes them.
pub fn format(gpa: Allocator, text: []const u8) !nano_ffi.Owned([]const u8) {
    return .{ .data = try printer.pretty(gpa, text), .allocator = gpa };
}

test {
    _ = kicad;
    _ = kicad5;
    _ = lib_table;
    _ = netlist;
    _ = schematic;
    _ = printer;
    _ = tokenizer;
    _ = trees;
    _ = @import("mapping.zig");
}

test tokenize {
    const tokens = try tokenize(std.testing.allocator, "(a 1)");
    defer tokens.deinit();
    try std.testing.expectEqual(4, tokens.data.len);
}

test parse {
    var tree = try parse(std.testing.allocator, "(a 1)");
    defer tree.deinit();
    try std.testing.expectEqualStrings("a", tree.root().head().?);
}

test format {
    const text = try format(std.testing.allocator, "(a(b))");
    defer text.deinit();
    try std.testing.expectEqualStrings("(a\n\t(b)\n)\n", text.data);
}
