//! Zig's frames in Python's tracebacks: where a panic happened, and the way that an error took.
//!
//! The debug information is read from the extension's own file, once for each place in the code,
//! when something is raised there first. A stripped file has none; then there is nothing to show.

const std = @import("std");
const builtin = @import("builtin");
const capi = @import("capi.zig");
const memory = @import("memory.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

/// Whether there is anything to read, and a way to make frames.
pub const possible = builtin.object_format == .elf and !builtin.strip_debug_info and !capi.limited;

/// Adds to the traceback of the exception that is set, which stays the same. `addresses` are return
/// addresses, innermost first; `codes` is a dict: address → code object, or None.
pub noinline fn add(module: *PyObject, codes: *PyObject, addresses: []const usize) void {
    if (!possible or addresses.len == 0) return;
    var raised: [3]?*PyObject = undefined;
    c.PyErr_Fetch(&raised[0], &raised[1], &raised[2]);
    const known = find(module, codes, addresses);
    if (!known) c.PyErr_Clear(); // the exception matters, and not what hinders to explain it
    c.PyErr_Restore(raised[0], raised[1], raised[2]);
    if (!known) return;
    for (addresses) |address| addFrame(module, codes, address);
}

/// Whether all addresses are in `codes` now; false with the error set.
fn find(module: *PyObject, codes: *PyObject, addresses: []const usize) bool {
    const all = for (addresses) |address| {
        if (item(codes, address) == null) break false;
    } else true;
    if (all) return true;

    const file = readFile(module) orelse return false;
    defer c.Py_DecRef(file);
    var size: capi.Py_ssize_t = undefined;
    var bytes: ?[*]u8 = undefined;
    if (c.PyBytes_AsStringAndSize(file, &bytes, &size) < 0) return false;

    var arena: std.heap.ArenaAllocator = .init(memory.allocator);
    defer arena.deinit();
    var places: ?Places = Places.open(arena.allocator(), bytes.?[0..@intCast(size)]) catch null;
    for (addresses) |address| {
        if (item(codes, address) != null) continue;
        const code = (if (places) |*open| open.code(address) else null) orelse none: {
            if (c.PyErr_Occurred() != null) return false;
            break :none capi.singleton(.None);
        };
        defer c.Py_DecRef(code);
        const key = c.PyLong_FromUnsignedLongLong(address) orelse return false;
        defer c.Py_DecRef(key);
        if (c.PyDict_SetItem(codes, key, code) < 0) return false;
    }
    return true;
}

/// What `codes` has of an address (borrowed), or null.
fn item(codes: *PyObject, address: usize) ?*PyObject {
    const key = c.PyLong_FromUnsignedLongLong(address) orelse return null;
    defer c.Py_DecRef(key);
    return c.PyDict_GetItemWithError(codes, key);
}

/// A new reference to the bytes of the module's file, or null with the error set.
fn readFile(module: *PyObject) ?*PyObject {
    const path = c.PyModule_GetFilenameObject(module) orelse return null;
    defer c.Py_DecRef(path);
    const io = c.PyImport_ImportModule("io") orelse return null;
    defer c.Py_DecRef(io);
    const open = c.PyObject_GetAttrString(io, "FileIO") orelse return null;
    defer c.Py_DecRef(open);
    const stream = capi.vectorcall(open, &.{path}, 1, null) orelse return null;
    defer c.Py_DecRef(stream);
    const bytes = callMethod(stream, "read");
    const closed = callMethod(stream, "close");
    if (closed != null) c.Py_DecRef(closed) else c.PyErr_Clear(); // what was read is there
    return bytes;
}

fn callMethod(object: *PyObject, name: [*:0]const u8) ?*PyObject {
    const method = c.PyObject_GetAttrString(object, name) orelse return null;
    defer c.Py_DecRef(method);
    return capi.vectorcall(method, &.{}, 0, null);
}

fn addFrame(module: *PyObject, codes: *PyObject, address: usize) void {
    const code = item(codes, address) orelse return;
    if (code == capi.object("_Py_NoneStruct")) return;
    var raised: [3]?*PyObject = undefined;
    c.PyErr_Fetch(&raised[0], &raised[1], &raised[2]);
    const globals = c.PyModule_GetDict(module);
    const frame = if (globals) |dict|
        c.PyFrame_New(c.PyThreadState_Get(), code, dict, null)
    else
        null;
    if (frame == null) c.PyErr_Clear();
    c.PyErr_Restore(raised[0], raised[1], raised[2]);
    defer c.Py_DecRef(frame);
    if (frame) |made| _ = c.PyTraceBack_Here(made);
}

/// Where in the source an address is, by the debug information of a file.
const Places = struct {
    arena: std.mem.Allocator,
    dwarf: std.debug.Dwarf,
    /// Where the file is in memory.
    base: usize,

    const endian = builtin.cpu.arch.endian();

    fn open(arena: std.mem.Allocator, file: []const u8) !Places {
        var dwarf: std.debug.Dwarf = .{ .sections = try sectionsOf(file) };
        try dwarf.open(arena, endian);
        const start = @extern(*const anyopaque, .{ .name = "__ehdr_start", .visibility = .hidden });
        return .{ .arena = arena, .dwarf = dwarf, .base = @intFromPtr(start) };
    }

    /// A new code object with the name, file and line, or null: with or without the error set.
    fn code(places: *Places, address: usize) ?*PyObject {
        const call = address - 1 -% places.base; // what it returns from, and not where to
        const unit = places.dwarf.findCompileUnit(endian, call) catch return null;
        const place = places.dwarf.getLineNumberInfo(
            places.arena,
            places.arena,
            endian,
            unit,
            call,
        ) catch return null;
        const folder = unit.die.getAttrString(
            &places.dwarf,
            endian,
            std.dwarf.AT.comp_dir,
            places.dwarf.section(.debug_line_str),
            unit,
        ) catch "";
        const whole = std.fs.path.resolvePosix(
            places.arena,
            &.{ folder, place.file_name },
        ) catch return null;
        // The way from the trampoline to the function is the package's, as is that to a callback.
        if (std.mem.find(u8, whole, "nano_ffi/zig/") != null) return null;
        const name = places.dwarf.getSymbolName(call) orelse "?";
        const dot = std.mem.findScalarLast(u8, name, '.');
        const short = places.arena.dupeSentinel(
            u8,
            if (dot) |at| name[at + 1 ..] else name,
            0,
        ) catch return null;
        const path = places.arena.dupeSentinel(u8, whole, 0) catch return null;
        return c.PyCode_NewEmpty(path, short, @intCast(@min(place.line, std.math.maxInt(c_int))));
    }
};

/// The sections that `std.debug.Dwarf` reads, of an ELF file that is whole.
fn sectionsOf(file: []const u8) error{Malformed}!std.debug.Dwarf.SectionArray {
    const elf = std.elf;
    var sections: std.debug.Dwarf.SectionArray = @splat(null);
    const header = try read(elf.ElfN.Ehdr, file, 0);
    const names = try read(
        elf.ElfN.Shdr,
        file,
        header.shoff + @as(u64, header.shstrndx) * header.shentsize,
    );
    for (0..header.shnum) |index| {
        const section = try read(elf.ElfN.Shdr, file, header.shoff + index * header.shentsize);
        const name_at = names.offset + section.name;
        if (section.type == .NOBITS or name_at >= file.len) continue;
        const name = std.mem.sliceTo(file[@intCast(name_at)..], 0);
        inline for (@typeInfo(std.debug.Dwarf.Section.Id).@"enum".field_names, 0..) |id, place| {
            if (std.mem.eql(u8, name, "." ++ id)) {
                if (section.offset > file.len or
                    section.size > file.len - section.offset) return error.Malformed;
                sections[place] = .{
                    .data = file[@intCast(section.offset)..][0..@intCast(section.size)],
                    .owned = false,
                };
            }
        }
    }
    return sections;
}

fn read(comptime T: type, file: []const u8, offset: u64) error{Malformed}!T {
    if (offset > file.len or file.len - offset < @sizeOf(T)) return error.Malformed;
    return std.mem.bytesToValue(T, file[@intCast(offset)..][0..@sizeOf(T)]);
}
