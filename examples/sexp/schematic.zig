//! Schematics, `.kicad_sch`.

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

/// A sheet of a schematic.
pub const Schematic = struct {
    version: u32,
    generator: Text,
    generator_version: ?Text = null,
    uuid: Text,
    paper: Text,
    lib_symbols: SymbolTable = .{},
    junctions: List(Junction) = .empty,
    wires: List(Wire) = .empty,
    labels: List(Label) = .empty,
    symbols: List(Symbol) = .empty,
    extra: []const Text = &.{},

    pub const nano_ffi_options = named;

    /// Reads the text of a file.
    pub fn loads(gpa: Allocator, text: Text) !nano_ffi.OwnedArena(Schematic) {
        return Files.loads(Schematic, "kicad_sch", gpa, text);
    }
    /// The text of the file.
    pub fn dumps(self: *const Schematic, gpa: Allocator) !nano_ffi.Owned(Text) {
        return Files.dumps("kicad_sch", gpa, self.*);
    }

    /// The symbol with that reference; None where there is none.
    pub fn symbol(self: *const Schematic, reference: Text) ?*const Symbol {
        for (self.symbols.items) |*found| {
            const own = found.property("Reference") orelse continue;
            if (std.mem.eql(u8, own, reference)) return found;
        }
        return null;
    }
};

/// The symbols of libraries that are used, as they were then.
pub const SymbolTable = struct { symbols: List(kicad.Symbol) = .empty };
pub const Place = struct { x: f64, y: f64 };
pub const Color = struct { red: f64, green: f64, blue: f64, alpha: f64 };
pub const Junction = struct { at: Place, diameter: f64, color: ?Color = null, uuid: ?Text = null };
pub const Wire = struct { pts: kicad.Points, stroke: kicad.Stroke, uuid: ?Text = null };
pub const Label = struct { text: Text, at: kicad.At, effects: kicad.Effects, uuid: ?Text = null };
pub const Pin = struct { number: Text, uuid: ?Text = null };
/// A symbol on the sheet.
pub const Symbol = struct {
    lib_id: Text,
    at: kicad.At,
    unit: u32,
    exclude_from_sim: ?bool = null,
    in_bom: ?bool = null,
    on_board: ?bool = null,
    dnp: ?bool = null,
    uuid: ?Text = null,
    properties: List(kicad.Property) = .empty,
    pins: List(Pin) = .empty,
    extra: []const Text = &.{},

    pub const nano_ffi_options = named;

    /// The value of a property; None where it has no such.
    pub fn property(self: *const Symbol, name: Text) ?Text {
        for (self.properties.items) |own| if (std.mem.eql(u8, own.name, name)) return own.value;
        return null;
    }
};

test Schematic {
    const text = @embedFile("files/divider.kicad_sch");
    const file = try Schematic.loads(std.testing.allocator, text);
    defer file.deinit();
    const again = try file.data.dumps(std.testing.allocator);
    defer again.deinit();
    try std.testing.expectEqualStrings(text, again.data);
}
