//! KiCad's files as structs: symbol libraries, footprints, boards (of KiCad 8 and later). What no
//! struct has a field for is kept as text in `extra`.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const mapping = @import("mapping.zig");
const Allocator = std.mem.Allocator;
const List = std.ArrayList;
const Text = []const u8;

const Files = mapping.Mapping(@import("layouts.zig").layoutOf);

/// Their members are the strs that stand in the files.
const words = .{ .base = .StrEnum };
/// They have many fields, which are given by name.
const named = .{ .kw_only = true };

/// Where something is, in mm, and its angle in degrees.
pub const At = struct { x: f64, y: f64, angle: ?f64 = null };
/// A place, in mm.
pub const Point = struct { x: f64, y: f64 };
/// Width and height, in mm.
pub const Extent = struct { width: f64, height: f64 };
pub const Position = struct { x: f64, y: f64, z: f64 };
pub const Points = struct { points: List(Point) = .empty };

pub const LineStyle = enum {
    default,
    solid,
    dash,
    dot,
    dash_dot,
    dash_dot_dot,

    pub const nano_ffi_options = words;
};
/// `width` in mm; 0 is the default.
pub const Stroke = struct { width: f64, type: LineStyle = .default };
pub const FillType = enum {
    none,
    outline,
    background,
    color,

    pub const nano_ffi_options = words;
};
pub const Fill = struct { type: FillType = .none };

pub const Font = struct {
    face: ?Text = null,
    size: Extent,
    thickness: ?f64 = null,
    bold: ?bool = null,
    italic: ?bool = null,
};
pub const Justify = enum {
    left,
    right,
    top,
    bottom,
    mirror,

    pub const nano_ffi_options = words;
};
pub const Effects = struct { font: Font, justify: []const Justify = &.{}, hide: ?bool = null };

pub const Property = struct {
    name: Text,
    value: Text,
    at: ?At = null,
    unlocked: ?bool = null,
    layer: ?Text = null,
    hide: ?bool = null,
    uuid: ?Text = null,
    effects: ?Effects = null,
};

/// A file of symbols, `.kicad_sym`.
pub const SymbolLibrary = struct {
    version: u32,
    generator: Text,
    generator_version: ?Text = null,
    symbols: List(Symbol) = .empty,
    extra: []const Text = &.{},

    pub const nano_ffi_options = named;

    /// Reads the text of a file.
    pub fn loads(gpa: Allocator, text: Text) !nano_ffi.OwnedArena(SymbolLibrary) {
        return Files.loads(SymbolLibrary, "kicad_symbol_lib", gpa, text);
    }
    /// The text of the file.
    pub fn dumps(self: *const SymbolLibrary, gpa: Allocator) !nano_ffi.Owned(Text) {
        return Files.dumps("kicad_symbol_lib", gpa, self.*);
    }
};

pub const PinNames = struct { offset: ?f64 = null, hide: ?bool = null };
pub const PinNumbers = struct { hide: ?bool = null };

pub const Symbol = struct {
    name: Text,
    extends: ?Text = null,
    pin_numbers: ?PinNumbers = null,
    pin_names: ?PinNames = null,
    exclude_from_sim: ?bool = null,
    in_bom: ?bool = null,
    on_board: ?bool = null,
    properties: List(Property) = .empty,
    units: List(Unit) = .empty,
    embedded_fonts: ?bool = null,
    extra: []const Text = &.{},

    pub const nano_ffi_options = named;

    /// The value of a property; None where it has no such.
    pub fn property(self: *const Symbol, name: Text) ?Text {
        return valueOf(self.properties.items, name);
    }
};

/// A part of a symbol: what is drawn of it, and its pins.
pub const Unit = struct {
    name: Text,
    arcs: List(Arc) = .empty,
    circles: List(Circle) = .empty,
    rectangles: List(Rectangle) = .empty,
    polylines: List(Polyline) = .empty,
    pins: List(Pin) = .empty,
    extra: []const Text = &.{},

    pub const nano_ffi_options = named;
};

pub const Arc = struct { start: Point, mid: Point, end: Point, stroke: Stroke, fill: Fill };
pub const Circle = struct { center: Point, radius: f64, stroke: Stroke, fill: Fill };
pub const Rectangle = struct { start: Point, end: Point, stroke: Stroke, fill: Fill };
pub const Polyline = struct { pts: Points, stroke: Stroke, fill: Fill };

pub const PinType = enum {
    input,
    output,
    bidirectional,
    tri_state,
    passive,
    free,
    unspecified,
    power_in,
    power_out,
    open_collector,
    open_emitter,
    no_connect,

    pub const nano_ffi_options = words;
};
pub const PinShape = enum {
    line,
    inverted,
    clock,
    inverted_clock,
    input_low,
    clock_low,
    output_low,
    edge_clock_high,
    non_logic,

    pub const nano_ffi_options = words;
};
pub const PinText = struct { text: Text, effects: ?Effects = null };
pub const Pin = struct {
    type: PinType,
    shape: PinShape,
    at: At,
    length: f64,
    hide: ?bool = null,
    name: PinText,
    number: PinText,

    pub const nano_ffi_options = named;
};

pub const Attribute = enum {
    smd,
    through_hole,
    board_only,
    exclude_from_pos_files,
    exclude_from_bom,
    allow_missing_courtyard,
    dnp,

    pub const nano_ffi_options = words;
};

/// A footprint: a file of its own, `.kicad_mod`, or on a board.
pub const Footprint = struct {
    name: Text,
    version: ?u32 = null,
    generator: ?Text = null,
    generator_version: ?Text = null,
    locked: ?bool = null,
    layer: Text,
    uuid: ?Text = null,
    at: ?At = null,
    descr: ?Text = null,
    tags: ?Text = null,
    properties: List(Property) = .empty,
    path: ?Text = null,
    sheetname: ?Text = null,
    sheetfile: ?Text = null,
    attr: []const Attribute = &.{},
    lines: List(FootprintLine) = .empty,
    circles: List(FootprintCircle) = .empty,
    texts: List(FootprintText) = .empty,
    pads: List(Pad) = .empty,
    embedded_fonts: ?bool = null,
    models: List(Model) = .empty,
    extra: []const Text = &.{},

    pub const nano_ffi_options = named;

    /// Reads the text of a file.
    pub fn loads(gpa: Allocator, text: Text) !nano_ffi.OwnedArena(Footprint) {
        return Files.loads(Footprint, "footprint", gpa, text);
    }
    /// The text of the file.
    pub fn dumps(self: *const Footprint, gpa: Allocator) !nano_ffi.Owned(Text) {
        return Files.dumps("footprint", gpa, self.*);
    }
    /// The value of a property; None where it has no such.
    pub fn property(self: *const Footprint, name: Text) ?Text {
        return valueOf(self.properties.items, name);
    }
};

fn valueOf(properties: []const Property, name: Text) ?Text {
    for (properties) |property| if (std.mem.eql(u8, property.name, name)) return property.value;
    return null;
}

pub const FootprintLine = struct {
    start: Point,
    end: Point,
    stroke: Stroke,
    layer: Text,
    uuid: ?Text = null,
};
pub const FootprintCircle = struct {
    center: Point,
    end: Point,
    stroke: Stroke,
    fill: bool,
    layer: Text,
    uuid: ?Text = null,
};
pub const TextType = enum {
    reference,
    value,
    user,

    pub const nano_ffi_options = words;
};
pub const FootprintText = struct {
    type: TextType,
    text: Text,
    at: At,
    layer: Text,
    uuid: ?Text = null,
    effects: Effects,
};

pub const PadType = enum {
    thru_hole,
    smd,
    connect,
    np_thru_hole,

    pub const nano_ffi_options = words;
};
pub const PadShape = enum {
    circle,
    rect,
    oval,
    trapezoid,
    roundrect,
    custom,

    pub const nano_ffi_options = words;
};
pub const Pad = struct {
    number: Text,
    type: PadType,
    shape: PadShape,
    at: At,
    size: Extent,
    drill: ?f64 = null,
    layers: []const Text,
    remove_unused_layers: ?bool = null,
    roundrect_rratio: ?f64 = null,
    net: ?Net = null,
    pinfunction: ?Text = null,
    pintype: ?Text = null,
    uuid: ?Text = null,
    extra: []const Text = &.{},

    pub const nano_ffi_options = named;
};
pub const Net = struct { number: u32, name: Text };

pub const Offset = struct { position: Position };
pub const Model = struct { path: Text, offset: Offset, scale: Offset, rotate: Offset };

/// A board, `.kicad_pcb`.
pub const Board = struct {
    version: u32,
    generator: Text,
    generator_version: ?Text = null,
    general: General,
    paper: Text,
    layers: LayerTable,
    setup: ?Setup = null,
    nets: List(Net) = .empty,
    footprints: List(Footprint) = .empty,
    lines: List(Line) = .empty,
    segments: List(Segment) = .empty,
    vias: List(Via) = .empty,
    zones: List(Zone) = .empty,
    embedded_fonts: ?bool = null,
    extra: []const Text = &.{},

    pub const nano_ffi_options = named;

    /// Reads the text of a file.
    pub fn loads(gpa: Allocator, text: Text) !nano_ffi.OwnedArena(Board) {
        return Files.loads(Board, "kicad_pcb", gpa, text);
    }
    /// The text of the file.
    pub fn dumps(self: *const Board, gpa: Allocator) !nano_ffi.Owned(Text) {
        return Files.dumps("kicad_pcb", gpa, self.*);
    }
};

pub const General = struct { thickness: f64, legacy_teardrops: ?bool = null };
pub const LayerTable = struct { layers: List(Layer) = .empty };
pub const LayerType = enum {
    signal,
    power,
    mixed,
    jumper,
    user,

    pub const nano_ffi_options = words;
};
pub const Layer = struct { number: u32, name: Text, type: LayerType, user_name: ?Text = null };
pub const Side = enum {
    front,
    back,

    pub const nano_ffi_options = words;
};
pub const Setup = struct {
    pad_to_mask_clearance: ?f64 = null,
    allow_soldermask_bridges_in_footprints: ?bool = null,
    tenting: []const Side = &.{},
    extra: []const Text = &.{},
};
pub const Line = struct {
    start: Point,
    end: Point,
    stroke: Stroke,
    layer: Text,
    uuid: ?Text = null,
};
/// A track.
pub const Segment = struct {
    start: Point,
    end: Point,
    width: f64,
    layer: Text,
    net: u32,
    uuid: ?Text = null,
};
pub const Via = struct {
    at: Point,
    size: f64,
    drill: f64,
    layers: []const Text,
    net: u32,
    uuid: ?Text = null,
};

pub const HatchStyle = enum {
    none,
    edge,
    full,

    pub const nano_ffi_options = words;
};
pub const Hatch = struct { style: HatchStyle, pitch: f64 };
pub const ConnectPads = struct { clearance: f64 };
pub const ZoneFill = struct {
    filled: ?bool = null,
    thermal_gap: ?f64 = null,
    thermal_bridge_width: ?f64 = null,
};
pub const Polygon = struct { pts: Points };
/// An area that is filled with copper.
pub const Zone = struct {
    net: u32,
    net_name: Text,
    layer: Text,
    uuid: ?Text = null,
    hatch: Hatch,
    connect_pads: ConnectPads,
    min_thickness: ?f64 = null,
    filled_areas_thickness: ?bool = null,
    fill: ZoneFill,
    polygon: Polygon,
    extra: []const Text = &.{},

    pub const nano_ffi_options = named;
};

test "files" {
    inline for (.{
        .{ SymbolLibrary, @embedFile("files/passives.kicad_sym") },
        .{ Footprint, @embedFile("files/R_0603.kicad_mod") },
        .{ Board, @embedFile("files/divider.kicad_pcb") },
    }) |case| {
        const file = try case[0].loads(std.testing.allocator, case[1]);
        defer file.deinit();
        const text = try file.data.dumps(std.testing.allocator);
        defer text.deinit();
        try std.testing.expectEqualStrings(case[1], text.data);
    }
}
