//! Netlists, `.net`: components, and which of their pins are connected.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const mapping = @import("mapping.zig");
const Allocator = std.mem.Allocator;
const List = std.ArrayList;
const Text = []const u8;

const Files = mapping.Mapping(@import("layouts.zig").layoutOf);
/// They have many fields, which are given by name.
const named = .{ .kw_only = true };

/// A netlist.
pub const Netlist = struct {
    version: Text,
    design: ?Design = null,
    components: ComponentTable = .{},
    nets: NetTable = .{},
    extra: []const Text = &.{},

    pub const nano_ffi_options = named;

    /// Reads the text of a file.
    pub fn loads(gpa: Allocator, text: Text) !nano_ffi.OwnedArena(Netlist) {
        return Files.loads(Netlist, "export", gpa, text);
    }
    /// The text of the file.
    pub fn dumps(self: *const Netlist, gpa: Allocator) !nano_ffi.Owned(Text) {
        return Files.dumps("export", gpa, self.*);
    }

    /// The net that a pin is in; None where it is in none.
    pub fn net_of(self: *const Netlist, ref: Text, pin: Text) ?Text {
        for (self.nets.nets.items) |net| for (net.nodes.items) |node| {
            if (std.mem.eql(u8, node.ref, ref) and std.mem.eql(u8, node.pin, pin)) return net.name;
        };
        return null;
    }
};

pub const Design = struct {
    source: ?Text = null,
    date: ?Text = null,
    tool: ?Text = null,
    extra: []const Text = &.{},
};
pub const ComponentTable = struct { components: List(Component) = .empty };
pub const Component = struct {
    ref: Text,
    value: Text,
    footprint: ?Text = null,
    datasheet: ?Text = null,
    libsource: ?LibrarySource = null,
    properties: List(Property) = .empty,
    tstamps: ?Text = null,
    extra: []const Text = &.{},

    pub const nano_ffi_options = named;
};
pub const LibrarySource = struct { lib: Text, part: Text, description: ?Text = null };
pub const Property = struct { name: Text, value: ?Text = null };
pub const NetTable = struct { nets: List(Net) = .empty };
pub const Net = struct {
    code: Text,
    name: Text,
    class: ?Text = null,
    nodes: List(Node) = .empty,
};
/// A pin of a component.
pub const Node = struct {
    ref: Text,
    pin: Text,
    pinfunction: ?Text = null,
    pintype: ?Text = null,
};

test Netlist {
    const text = @embedFile("files/divider.net");
    const file = try Netlist.loads(std.testing.allocator, text);
    defer file.deinit();
    const again = try file.data.dumps(std.testing.allocator);
    defer again.deinit();
    try std.testing.expectEqualStrings(text, again.data);
}
