//! Footprints as KiCad 5 wrote them: `(module …)`, with no quotes where none are needed.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const kicad = @import("kicad.zig");
const mapping = @import("mapping.zig");
const Allocator = std.mem.Allocator;
const List = std.ArrayList;
const Text = []const u8;

const Files = mapping.Mapping(@import("layouts.zig").layoutOf);
/// They have many fields, which are given by name.
const named = .{ .kw_only = true };

pub const Footprint = struct {
    name: Text,
    layer: Text,
    tedit: ?Text = null,
    descr: ?Text = null,
    tags: ?Text = null,
    attr: ?Text = null,
    texts: List(FootprintText) = .empty,
    lines: List(FootprintLine) = .empty,
    pads: List(Pad) = .empty,
    models: List(kicad.Model) = .empty,
    extra: []const Text = &.{},

    pub const nano_ffi_options = named;

    /// Reads the text of a file.
    pub fn loads(gpa: Allocator, text: Text) !nano_ffi.OwnedArena(Footprint) {
        return Files.loads(Footprint, "module", gpa, text);
    }
    /// The text of the file, with all quotes, which KiCad 5 reads as well.
    pub fn dumps(self: *const Footprint, gpa: Allocator) !nano_ffi.Owned(Text) {
        return Files.dumps("module", gpa, self.*);
    }
};

pub const FootprintText = struct {
    type: kicad.TextType,
    text: Text,
    at: kicad.At,
    layer: Text,
    effects: kicad.Effects,
};
pub const FootprintLine = struct { start: kicad.Point, end: kicad.Point, layer: Text, width: f64 };
pub const Pad = struct {
    number: Text,
    type: kicad.PadType,
    shape: kicad.PadShape,
    at: kicad.At,
    size: kicad.Extent,
    drill: ?f64 = null,
    layers: []const Text,
    roundrect_rratio: ?f64 = null,
    extra: []const Text = &.{},

    pub const nano_ffi_options = named;
};

test Footprint {
    const file = try Footprint.loads(std.testing.allocator, @embedFile("files/R_0603.kicad5_mod"));
    defer file.deinit();
    try std.testing.expectEqual(2, file.data.pads.items.len);
    const text = try file.data.dumps(std.testing.allocator);
    defer text.deinit();
    const again = try Footprint.loads(std.testing.allocator, text.data);
    defer again.deinit();
    try std.testing.expectEqualStrings("1", again.data.pads.items[0].number);
}
