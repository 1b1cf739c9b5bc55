//! What `mapping.zig` is to know of the structs of all files.

const kicad = @import("kicad.zig");
const kicad5 = @import("kicad5.zig");
const lib_table = @import("lib_table.zig");
const mapping = @import("mapping.zig");
const netlist = @import("netlist.zig");
const schematic = @import("schematic.zig");

pub fn layoutOf(comptime T: type) mapping.Layout {
    return switch (T) {
        kicad.At => .{ .values = 3 },
        kicad.Point, kicad.Extent, kicad.Net => .{ .values = 2 },
        kicad.PinText => .{ .values = 1 },
        kicad.Position => .{ .values = 3 },
        kicad.Points => .{ .tags = &.{.{ "points", "xy" }} },
        kicad.Offset => .{ .tags = &.{.{ "position", "xyz" }} },
        kicad.Property => .{ .values = 2 },
        kicad.SymbolLibrary => .{ .tags = &.{.{ "symbols", "symbol" }} },
        kicad.Symbol => .{
            .values = 1,
            .tags = &.{ .{ "properties", "property" }, .{ "units", "symbol" } },
        },
        kicad.Unit => .{ .values = 1, .tags = &.{
            .{ "arcs", "arc" },           .{ "circles", "circle" }, .{ "rectangles", "rectangle" },
            .{ "polylines", "polyline" }, .{ "pins", "pin" },
        } },
        kicad.Pin => .{ .values = 2 },
        kicad.Footprint => .{ .values = 1, .tags = &.{
            .{ "properties", "property" }, .{ "lines", "fp_line" }, .{ "circles", "fp_circle" },
            .{ "texts", "fp_text" },       .{ "pads", "pad" },      .{ "models", "model" },
        } },
        kicad.FootprintText => .{ .values = 2 },
        kicad.Pad => .{ .values = 3 },
        kicad.Model => .{ .values = 1 },
        kicad.Board => .{ .tags = &.{
            .{ "nets", "net" },         .{ "footprints", "footprint" }, .{ "lines", "gr_line" },
            .{ "segments", "segment" }, .{ "vias", "via" },             .{ "zones", "zone" },
        } },
        kicad.LayerTable => .{ .tags = &.{.{ "layers", "" }} },
        kicad.Layer => .{ .values = 4 },
        kicad.ZoneFill => .{ .values = 1 },
        kicad.Hatch => .{ .values = 2 },
        netlist.Netlist => .{},
        netlist.ComponentTable => .{ .tags = &.{.{ "components", "comp" }} },
        netlist.Component => .{ .tags = &.{.{ "properties", "property" }} },
        netlist.NetTable => .{ .tags = &.{.{ "nets", "net" }} },
        netlist.Net => .{ .tags = &.{.{ "nodes", "node" }} },
        schematic.Schematic => .{ .tags = &.{
            .{ "junctions", "junction" }, .{ "wires", "wire" },
            .{ "labels", "label" },       .{ "symbols", "symbol" },
        } },
        schematic.SymbolTable => .{ .tags = &.{.{ "symbols", "symbol" }} },
        schematic.Place => .{ .values = 2 },
        schematic.Color => .{ .values = 4 },
        schematic.Label => .{ .values = 1 },
        schematic.Symbol => .{ .tags = &.{ .{ "properties", "property" }, .{ "pins", "pin" } } },
        schematic.Pin => .{ .values = 1 },
        lib_table.FootprintTable, lib_table.SymbolTable => .{ .tags = &.{.{ "libraries", "lib" }} },
        kicad5.Footprint => .{ .values = 1, .tags = &.{
            .{ "texts", "fp_text" }, .{ "lines", "fp_line" }, .{ "pads", "pad" },
            .{ "models", "model" },
        } },
        kicad5.FootprintText => .{ .values = 2 },
        kicad5.Pad => .{ .values = 3 },
        else => .{},
    };
}
