//! What may point into what, by the types of Zig's values: behind pointers that nobody but a
//! function itself can follow, it may have kept what it was given. Nothing here knows an
//! interpreter.

const std = @import("std");
const Blocks = @import("Blocks.zig");
const classes = @import("classes.zig");
const signature = @import("signature.zig");
const trees = @import("trees.zig");

/// What a pointer is to.
const Target = struct { T: type, is_one: bool, is_const: bool };

/// The types of what is in a value, and in the memory behind its pointers, and what the pointers in
/// each of the two are to.
const Reach = struct {
    own: []const type = &.{},
    behind: []const type = &.{},
    own_targets: []const Target = &.{},
    behind_targets: []const Target = &.{},

    fn of(comptime T: type) Reach {
        return comptime reach: {
            @setEvalBranchQuota(1_000_000_000);
            break :reach with(.{}, T, false);
        };
    }

    fn with(comptime before: Reach, comptime T: type, comptime is_behind: bool) Reach {
        var reach = before;
        for (if (is_behind) reach.behind else reach.own) |Known| if (Known == T) return reach;
        if (is_behind) reach.behind = reach.behind ++ .{T} else reach.own = reach.own ++ .{T};
        if (isForeign(T)) return reach;
        switch (@typeInfo(T)) {
            .@"struct" => |info| {
                if (Entry(T)) |KV| reach = with(reach, KV, true);
                for (info.field_types, info.field_attrs) |Field, attrs| {
                    if (!attrs.@"comptime") reach = with(reach, Field, is_behind);
                }
            },
            .@"union" => |info| for (info.field_types) |Field| {
                reach = with(reach, Field, is_behind);
            },
            .optional => |optional| reach = with(reach, optional.child, is_behind),
            .error_union => |either| reach = with(reach, either.payload, is_behind),
            .array => |array| reach = with(reach, array.child, is_behind),
            .pointer => |pointer| {
                if (isUnknown(pointer.child)) return reach;
                const target: Target = .{
                    .T = pointer.child,
                    .is_one = pointer.size == .one,
                    .is_const = pointer.attrs.@"const",
                };
                if (is_behind)
                    reach.behind_targets = reach.behind_targets ++ .{target}
                else
                    reach.own_targets = reach.own_targets ++ .{target};
                reach = with(reach, pointer.child, true);
            },
            else => {},
        }
        return reach;
    }
};

/// Has no pointers to what a function is given.
fn isForeign(comptime T: type) bool {
    return signature.isProvided(T) or T == std.heap.ArenaAllocator or signature.isObject(T) or
        signature.isReference(T);
}

fn isUnknown(comptime T: type) bool {
    return @typeInfo(T) == .@"opaque" or @typeInfo(T) == .@"fn";
}

/// What is in a hash map, or a `std.MultiArrayList`, of Zig's library, where the fields say no more
/// than that there are bytes.
fn Entry(comptime T: type) ?type {
    if (@typeInfo(T).@"struct".is_tuple) return null;
    if (@hasDecl(T, "KV")) return if (@TypeOf(T.KV) == type) T.KV else null;
    if (!@hasField(T, "bytes") or !@hasDecl(T, "Slice") or !@hasDecl(T, "get")) return null;
    return @typeInfo(@TypeOf(T.get)).@"fn".return_type;
}

/// Whether there is something in such a one: how to follow it, only that knows.
fn isFilled(comptime T: type, value: *const T) bool {
    const KV = (comptime Entry(T)) orelse return false;
    if (comptime classes.isFlat(KV)) return false;
    return if (@hasField(T, "len")) value.len > 0 else value.count() > 0;
}

fn isAggregate(comptime T: type) bool {
    return switch (@typeInfo(T)) {
        .@"struct", .@"union", .array => @sizeOf(T) > 0,
        else => false,
    };
}

fn areTo(comptime targets: []const Target, comptime types: []const type, any: bool) bool {
    for (targets) |target| for (types) |T| {
        if (T == target.T and (any or target.is_one or isAggregate(T))) return true;
    };
    return false;
}

/// Whether memory behind the pointers of a `T` can have one to what a `P` points to, which is no
/// object: text, numbers, slices of such.
pub fn mayKeep(comptime T: type, comptime P: type) bool {
    return comptime keeps: {
        @setEvalBranchQuota(1_000_000_000);
        const reach = Reach.of(T);
        for (reach.own ++ reach.behind) |Part| if (isLink(Part)) break :keeps true;
        const given = Reach.of(P);
        for (given.own_targets ++ given.behind_targets) |source| {
            for (reach.behind_targets) |target| {
                const may_be_changed = !target.is_const;
                if (target.T == source.T and !(may_be_changed and source.is_const))
                    break :keeps true;
            }
        }
        break :keeps false;
    };
}

/// Whether there is a class for which it matters what memory is there: see `Walk`.
pub fn anyKeeps() bool {
    return comptime keeps: {
        @setEvalBranchQuota(1_000_000_000);
        for (classes.all) |class| {
            if (classes.isCopyable(class.T)) continue;
            const reach = Reach.of(class.T);
            for (reach.behind_targets) |target| if (target.is_const) break :keeps true;
            for (reach.own ++ reach.behind) |Part| if (isLink(Part)) break :keeps true;
        }
        break :keeps false;
    };
}

/// Whether memory behind the pointers of a `T` can have one to a `C`, or to what that points to.
/// Slices of numbers and text are not meant: see `mayKeep`.
pub fn mayHide(comptime T: type, comptime C: type) bool {
    return comptime hides: {
        @setEvalBranchQuota(1_000_000_000);
        const given = Reach.of(C);
        break :hides areTo(Reach.of(T).behind_targets, given.own ++ given.behind, false);
    };
}

/// Whether memory behind the pointers of a `T` can have one to the `T` itself.
pub fn mayHideItself(comptime T: type) bool {
    return comptime hides: {
        @setEvalBranchQuota(1_000_000_000);
        const reach = Reach.of(T);
        break :hides areTo(reach.behind_targets, reach.own, false);
    };
}

/// Whether a `T` has pointers to structs, so that its `deinit` may use what is there.
pub fn reaches(comptime T: type) bool {
    return comptime for (Reach.of(T).own_targets) |target| {
        if (target.is_one and isAggregate(target.T)) break true;
    } else false;
}

/// Whether a `T` has pointers to structs that have a `deinit`: its own may free what these have.
pub fn frees(comptime T: type) bool {
    return comptime for (Reach.of(T).own_targets) |target| {
        if (!target.is_one or target.is_const or @typeInfo(target.T) != .@"struct") continue;
        if (classes.hasDeinit(target.T)) break true;
    } else false;
}

/// Whether a function can change a tree through a `T`, which is none: it has a pointer to one.
pub fn leadsToTrees(comptime T: type) bool {
    return comptime leads: {
        @setEvalBranchQuota(1_000_000_000);
        if (classes.isCopyable(T)) break :leads false;
        const reach = Reach.of(T);
        for (reach.own_targets ++ reach.behind_targets) |target| {
            if (target.is_one and !target.is_const and isTree(target.T)) break :leads true;
        }
        break :leads false;
    };
}

fn isTree(comptime T: type) bool {
    return @typeInfo(T) == .@"struct" and classes.isCopyable(T) and !classes.isFlat(T);
}

/// Whether a `T`, or something that can be reached from it, may have memory to give back.
pub fn leadsToOwners(comptime T: type) bool {
    return comptime leads: {
        @setEvalBranchQuota(1_000_000_000);
        if (classes.hasDeinit(T) or classes.isHeapHandle(T)) break :leads true;
        const reach = Reach.of(T);
        for (reach.own ++ reach.behind) |Part| {
            if (Part == T or !classes.isClass(Part) or classes.isFlat(Part)) continue;
            if (!classes.isCopyable(Part)) break :leads true;
        }
        break :leads false;
    };
}

/// Whether what can be reached from a `T` may have memory that `Walk` does not see: an arena's, or
/// what is behind a pointer that says nothing of it.
pub fn hasUnseen(comptime T: type) bool {
    return comptime has: {
        @setEvalBranchQuota(1_000_000_000);
        const reach = Reach.of(T);
        for (reach.own ++ reach.behind) |Part| {
            if (Part == std.heap.ArenaAllocator) break :has true;
            if (@typeInfo(Part) == .pointer and
                @typeInfo(@typeInfo(Part).pointer.child) == .@"opaque") break :has true;
        }
        break :has false;
    };
}

/// Whether a pointer in a `T` itself can be to what a `C` points to.
pub fn mayShare(comptime T: type, comptime C: type) bool {
    return comptime shares: {
        @setEvalBranchQuota(1_000_000_000);
        break :shares areTo(Reach.of(T).own_targets, Reach.of(C).behind, true);
    };
}

/// Types by number, the same in all modules.
pub const Ids = []const u64;

fn idsOf(comptime types: []const type) Ids {
    comptime var ids: []const u64 = &.{};
    for (types) |T| {
        if (isAggregate(T)) ids = ids ++ .{std.hash.Wyhash.hash(0, @typeName(T))};
    }
    return ids;
}

/// What a `T` is made of, and what that points to.
pub fn idsIn(comptime T: type, comptime and_behind: bool) Ids {
    return comptime ids: {
        @setEvalBranchQuota(1_000_000_000);
        const reach = Reach.of(T);
        break :ids idsOf(if (and_behind) reach.own ++ reach.behind else reach.own);
    };
}

/// What there may be pointers to in memory that is a `T`, and behind it.
fn Leads(comptime T: type) type {
    return struct {
        const ids: Ids = found: {
            @setEvalBranchQuota(1_000_000_000);
            const reach = Reach.of(T);
            var types: []const type = &.{};
            for (reach.own_targets ++ reach.behind_targets) |target| types = types ++ .{target.T};
            break :found idsOf(types);
        };
    };
}

/// The pointers that are in a value.
pub const Pointers = struct {
    addresses: [32]usize = undefined,
    /// What each of them leads to.
    leads: [32]*const Ids = undefined,
    count: usize = 0,
    complete: bool = true,

    pub fn of(comptime T: type, value: *const T) Pointers {
        var pointers: Pointers = .{};
        pointers.collect(T, value, true);
        return pointers;
    }

    /// Only of those to what may point further.
    pub fn toStructs(comptime T: type, value: *const T) Pointers {
        var pointers: Pointers = .{};
        pointers.collect(T, value, false);
        return pointers;
    }

    pub fn slice(pointers: *const Pointers) []const usize {
        return pointers.addresses[0..pointers.count];
    }

    pub fn has(pointers: *const Pointers, address: usize) bool {
        return std.mem.indexOfScalar(usize, pointers.slice(), address) != null;
    }

    /// Whether the pointer at a place in the list may lead to one to something of these types.
    pub fn mayLead(pointers: *const Pointers, index: usize, ids: Ids) bool {
        for (pointers.leads[index].*) |id| {
            if (std.mem.indexOfScalar(u64, ids, id) != null) return true;
        }
        return false;
    }

    fn add(pointers: *Pointers, address: usize, leads: *const Ids) void {
        if (pointers.count == pointers.addresses.len) {
            pointers.complete = false;
            return;
        }
        pointers.addresses[pointers.count] = address;
        pointers.leads[pointers.count] = leads;
        pointers.count += 1;
    }

    fn collectWords(pointers: *Pointers, bytes: []const u8, leads: *const Ids) void {
        const size = @sizeOf(usize);
        var place = std.mem.alignForward(usize, @intFromPtr(bytes.ptr), size);
        while (place + size <= @intFromPtr(bytes.ptr) + bytes.len) : (place += size)
            pointers.add(@as(*const usize, @ptrFromInt(place)).*, leads);
    }

    fn collect(
        pointers: *Pointers,
        comptime T: type,
        value: *const T,
        comptime all: bool,
    ) void {
        if (comptime classes.isFlat(T) or isForeign(T)) return;
        switch (@typeInfo(T)) {
            .@"struct" => |info| if (info.layout != .@"packed") {
                if (comptime Entry(T)) |KV| if (!all and isFilled(T, value))
                    pointers.add(nowhere, &Leads(KV).ids);
                inline for (info.field_names, info.field_types, info.field_attrs) |name, F, attrs|
                    if (!attrs.@"comptime") pointers.collect(F, &@field(value, name), all);
            },
            // Its tag may be undefined.
            .@"union" => pointers.collectWords(std.mem.asBytes(value), &Leads(T).ids),
            .optional => |optional| if (value.*) |*some|
                pointers.collect(optional.child, some, all),
            .error_union => |either| if (value.*) |*some| {
                pointers.collect(either.payload, some, all);
            } else |_| {},
            .array => |array| for (value) |*item| pointers.collect(array.child, item, all),
            .pointer => |pointer| if (comptime isFollowed(pointer.child, all)) {
                if (pointer.size != .slice)
                    pointers.add(@intFromPtr(value.*), &Leads(pointer.child).ids)
                else if (signature.roomOf(value.*) > 0)
                    pointers.add(@intFromPtr(value.ptr), &Leads(pointer.child).ids);
            },
            else => {},
        }
    }
};

/// The address of what only its container knows.
const nowhere = 1;

fn isFollowed(comptime Child: type, comptime all: bool) bool {
    if (@typeInfo(Child) == .@"fn") return false;
    return all or !(isUnknown(Child) or classes.isFlat(Child));
}

/// Whether all that a value leads to is in `blocks`, which a call has allocated, and which are
/// marked here, or, where the value itself points there, at one of the addresses that are `known`.
/// What is not looked through to its end may be elsewhere.
pub fn isWithin(
    comptime T: type,
    value: *const T,
    known: []const usize,
    blocks: *Blocks,
    gpa: std.mem.Allocator,
) bool {
    var look: Look = .{ .known = known, .blocks = blocks, .gpa = gpa };
    defer look.left.deinit(gpa);
    if (!look.within(T, value)) return false;
    look.known = &.{};
    while (look.left.pop()) |next| if (!next.scan(&look, next.address, next.len)) return false;
    return true;
}

const Look = struct {
    known: []const usize,
    blocks: *Blocks,
    gpa: std.mem.Allocator,
    /// What is to be looked at yet: a list may be as long as it likes.
    left: std.ArrayList(Next) = .empty,
    steps: usize = 1 << 20,

    const Next = struct {
        scan: *const fn (look: *Look, address: usize, len: usize) bool,
        address: usize,
        len: usize,
    };

    /// What is in the value itself. No tag is read: it may be undefined.
    fn within(look: *Look, comptime T: type, value: *const T) bool {
        if (comptime classes.isFlat(T) or isForeign(T)) return true;
        switch (@typeInfo(T)) {
            .@"struct" => |info| {
                if (isFilled(T, value)) return false;
                inline for (info.field_names, info.field_types, info.field_attrs) |name, F, attrs| {
                    if (attrs.@"comptime") continue;
                    if (info.layout == .@"packed") return false;
                    if (!look.within(F, &@field(value, name))) return false;
                }
                return true;
            },
            .optional => |optional| return if (value.*) |*some|
                look.within(optional.child, some)
            else
                true,
            .array => |array| {
                for (value) |*item| if (!look.within(array.child, item)) return false;
                return true;
            },
            .pointer => |pointer| return look.behind(pointer.child, pointer.size, value.*),
            .@"fn" => return true,
            else => return false,
        }
    }

    fn behind(
        look: *Look,
        comptime Child: type,
        comptime size: std.builtin.Type.Pointer.Size,
        pointer: anytype,
    ) bool {
        if (comptime @typeInfo(Child) == .@"fn") return true;
        if (comptime @typeInfo(Child) == .@"opaque") return true; // no struct that is known here
        const address = @intFromPtr(if (size == .slice) pointer.ptr else pointer);
        const len = if (size == .slice) signature.roomOf(pointer) else 1;
        const bytes = std.math.mul(usize, len, @sizeOf(Child)) catch return false;
        if (bytes == 0 or std.mem.indexOfScalar(usize, look.known, address) != null) return true;
        const slot = look.blocks.find(address);
        if (slot) |known| {
            if (bytes > known.len) return false;
        } else {
            look.steps -|= look.blocks.slots.len;
            if (look.steps == 0 or !contains(look.blocks, address, bytes)) return false;
        }
        if (comptime classes.isFlat(Child)) return true;
        if (size != .slice and size != .one) return false;
        if (slot) |known| if (size == .one) { // round and round
            if (known.marked) return true;
            known.marked = true;
        };
        look.left.append(look.gpa, .{
            .scan = &struct {
                fn scan(other: *Look, start: usize, count: usize) bool {
                    const items: [*]const Child = @ptrFromInt(start);
                    for (items[0..count]) |*item| {
                        other.steps -|= 1;
                        if (other.steps == 0 or !other.within(Child, item)) return false;
                    }
                    return true;
                }
            }.scan,
            .address = address,
            .len = len,
        }) catch return false;
        return true;
    }
};

/// A walk through all that a value leads to that cannot be copied, also behind its pointers: only
/// memory is read that is known to be there. What cannot be seen makes it incomplete.
pub const Walk = struct {
    visitor: trees.Visitor,
    /// Whether an address is in an object that has a walk of its own.
    is_object: *const fn (walk: *Walk, address: usize) bool,
    /// Whether a block of so many bytes, or more, begins there.
    is_there: *const fn (address: usize, bytes: usize) bool,
    gpa: std.mem.Allocator,
    seen: std.AutoHashMapUnmanaged(Next, void) = .empty,
    /// What is to be looked at yet: a list may be as long as it likes.
    left: std.ArrayList(Next) = .empty,
    /// How much was looked at.
    steps: usize = 0,
    /// Whether what is looked at is the value itself.
    is_in_value: bool = false,
    /// Whether there are pointers to what only other code knows.
    has_unknown: bool = false,

    const Next = struct {
        scan: *const fn (walk: *Walk, address: usize, len: usize) void,
        address: usize,
        len: usize,
    };

    pub fn deinit(walk: *Walk) void {
        walk.seen.deinit(walk.gpa);
        walk.left.deinit(walk.gpa);
    }

    pub fn through(walk: *Walk, comptime T: type, value: *const T) void {
        walk.is_in_value = true;
        walk.within(T, value);
        walk.is_in_value = false;
        while (walk.left.pop()) |next| next.scan(walk, next.address, next.len);
    }

    fn within(walk: *Walk, comptime T: type, value: *const T) void {
        walk.steps += 1;
        if (comptime classes.isFlat(T) or isForeign(T)) return;
        switch (@typeInfo(T)) {
            .@"struct" => |info| {
                if (info.layout == .@"packed" or (comptime isLink(T))) {
                    walk.giveUp();
                } else if (comptime isHashMap(T)) {
                    walk.withinMap(T, value);
                } else if (comptime isMultiList(T)) {
                    walk.withinMultiList(T, value);
                } else inline for (
                    info.field_names,
                    info.field_types,
                    info.field_attrs,
                ) |name, Field, attrs| {
                    if (!attrs.@"comptime") walk.within(Field, &@field(value, name));
                }
            },
            .@"union" => walk.withinUnion(T, value),
            .optional => |optional| if (value.*) |*some| walk.within(optional.child, some),
            .error_union => |either| if (value.*) |*some| {
                walk.within(either.payload, some);
            } else |_| {},
            .array => |array| for (value) |*item| walk.within(array.child, item),
            .pointer => |pointer| walk.behind(pointer.child, pointer.size, value.*),
            else => {},
        }
    }

    /// Its tag may be undefined: then it is any number, and what is there nothing at all.
    fn withinUnion(walk: *Walk, comptime T: type, value: *const T) void {
        const info = @typeInfo(T).@"union";
        if (comptime Reach.of(T).behind_targets.len == 0)
            return trees.walkWords(&walk.visitor, std.mem.asBytes(value));
        const Tag = info.tag_type orelse return walk.giveUp();
        const tag = @backingInt(std.meta.activeTag(value.*));
        inline for (info.field_names, info.field_types) |name, Field| {
            if (tag == @backingInt(@field(Tag, name)))
                return walk.within(Field, &@field(value, name));
        }
    }

    fn behind(
        walk: *Walk,
        comptime Child: type,
        comptime size: std.builtin.Type.Pointer.Size,
        pointer: anytype,
    ) void {
        if (comptime @typeInfo(Child) == .@"fn") return;
        const address = @intFromPtr(if (size == .slice) pointer.ptr else pointer);
        if (address == 0) return;
        if (comptime @typeInfo(Child) == .@"opaque") {
            walk.has_unknown = true;
            walk.visitor.visit(&walk.visitor, address, 1);
            return;
        }
        const len = if (size == .slice) signature.roomOf(pointer) else 1;
        const bytes = std.math.mul(usize, len, @sizeOf(Child)) catch 0;
        if (bytes == 0) return;
        walk.visitor.visit(&walk.visitor, address, bytes);
        if (comptime classes.isFlat(Child)) return;
        if (size == .one and walk.is_object(walk, address)) return;
        if ((size != .slice and size != .one) or !walk.is_there(address, bytes))
            return walk.giveUp();
        walk.add(.{ .address = address, .len = len, .scan = &struct {
            fn scan(other: *Walk, start: usize, count: usize) void {
                const items: [*]const Child = @ptrFromInt(start);
                for (items[0..count]) |*item| other.within(Child, item);
            }
        }.scan });
    }

    fn add(walk: *Walk, next: Next) void {
        const known = walk.seen.getOrPut(walk.gpa, next) catch return walk.giveUp();
        if (!known.found_existing) walk.left.append(walk.gpa, next) catch walk.giveUp();
    }

    fn giveUp(walk: *Walk) void {
        walk.visitor.complete = false;
    }

    fn withinMap(walk: *Walk, comptime T: type, map: *const T) void {
        const metadata = map.metadata orelse return;
        if (comptime classes.isFlat(T.KV)) return;
        const Header = struct { values: usize, keys: usize, capacity: T.Size };
        const start = @intFromPtr(metadata) -% @sizeOf(Header);
        if (!walk.is_there(start, @sizeOf(Header))) return walk.giveUp();
        const entry = 1 + @sizeOf(@FieldType(T.KV, "key")) + @sizeOf(@FieldType(T.KV, "value"));
        const bytes = std.math.mul(usize, map.capacity(), entry) catch return walk.giveUp();
        if (!walk.is_there(start, @sizeOf(Header) + bytes)) return walk.giveUp();
        var iterator = map.iterator();
        while (iterator.next()) |each| {
            walk.within(@FieldType(T.KV, "key"), each.key_ptr);
            walk.within(@FieldType(T.KV, "value"), each.value_ptr);
        }
    }

    fn withinMultiList(walk: *Walk, comptime T: type, list: *const T) void {
        const Item = Entry(T).?;
        if (list.len == 0 or comptime classes.isFlat(Item)) return;
        _ = std.math.mul(usize, list.capacity, @sizeOf(Item)) catch return walk.giveUp();
        const bytes = T.capacityInBytes(list.capacity);
        if (list.len > list.capacity or !walk.is_there(@intFromPtr(list.bytes), bytes))
            return walk.giveUp();
        for (0..list.len) |index| {
            const item = list.get(index);
            walk.within(Item, &item);
        }
    }
};

fn isHashMap(comptime T: type) bool {
    return @hasDecl(T, "KV") and @hasField(T, "metadata");
}

fn isMultiList(comptime T: type) bool {
    return Entry(T) != null and @hasField(T, "bytes");
}

/// In a struct that nothing points to as such: what is around it, nobody knows.
fn isLink(comptime T: type) bool {
    return T == std.DoublyLinkedList.Node or T == std.SinglyLinkedList.Node;
}

/// Whether that memory is in one of the blocks.
pub fn contains(blocks: *const Blocks, address: usize, bytes: usize) bool {
    if (bytes == 0) return true;
    if (blocks.find(address)) |slot| return bytes <= slot.len;
    var iterator = blocks.iterator();
    while (iterator.next()) |block| {
        const offset = address -% block.address;
        if (offset < block.len) return bytes <= block.len - offset;
    }
    return false;
}

const Person = struct { age: u8, links: std.DoublyLinkedList.Node = .{} };
const Track = struct { number: u32 };

test mayHide {
    const expect = std.testing.expect;
    const Direct = struct { track: ?*Track };
    const List = struct { items: std.ArrayList(struct { to: *const Person }) };
    const Map = struct { gpa: std.mem.Allocator, people: std.AutoHashMapUnmanaged(u32, *Person) };
    const Ordered = struct { people: std.StringArrayHashMapUnmanaged(*Person) };
    const Rows = struct { rows: std.MultiArrayList(struct { of: *Person, n: u8 }) };
    try expect(mayHide(Rows, Person));
    const Queue = struct { first: *std.DoublyLinkedList };
    const Texts = struct { gpa: std.mem.Allocator, names: std.ArrayList([]const u8) };
    try expect(!mayHide(Direct, Track));
    try expect(mayHide(List, Person) and mayHide(Map, Person) and mayHide(Ordered, Person));
    try expect(mayHide(Queue, Person) and !mayHide(Queue, Track));
    try expect(!mayHide(Texts, Person) and !mayHide(Texts, Texts) and !mayHide(List, Track));
    try expect(mayHide(List, struct { all: []Person }));
}

test mayHideItself {
    const Transaction = struct { store: *struct { current: ?*@This() = null, rows: []*Track } };
    const Node = std.DoublyLinkedList.Node;
    const Task = struct { queue: *struct { first: ?*Node }, node: Node };
    try std.testing.expect(!mayHideItself(Transaction) and mayHideItself(Task));
}

test reaches {
    try std.testing.expect(reaches(struct { track: ?*Track }));
    try std.testing.expect(!reaches(struct { all: []Track, gpa: std.mem.Allocator }));
}

test frees {
    const List = struct {
        first: ?*Track,
        pub fn deinit(_: *@This()) void {}
    };
    try std.testing.expect(frees(struct { list: *List }) and !frees(struct { list: *const List }));
    try std.testing.expect(!frees(List));
}

const Leaves = struct { all: []const u8 = "" };

test "leadsToTrees, leadsToOwners" {
    const expect = std.testing.expect;
    const View = struct { of: *Leaves };
    const Owner = struct {
        of: *Leaves,
        pub fn deinit(_: *@This()) void {}
    };
    try expect(leadsToTrees(View) and leadsToTrees(Owner) and !leadsToTrees(Leaves));
    try expect(!leadsToTrees(struct { of: *const Leaves }));
    try expect(!leadsToTrees(struct { track: ?*Track, all: std.ArrayList(Leaves) }));
    try expect(leadsToOwners(Owner) and !leadsToOwners(View));
}

test hasUnseen {
    const expect = std.testing.expect;
    const Arenas = struct { arena: *std.heap.ArenaAllocator, of: *Leaves };
    try expect(hasUnseen(Arenas) and hasUnseen(struct { all: []Arenas }));
    try expect(hasUnseen(struct { arena: std.heap.ArenaAllocator }));
    try expect(hasUnseen(struct { it: ?*anyopaque }));
    try expect(!hasUnseen(struct { of: *Leaves, gpa: std.mem.Allocator, all: [][]const u8 }));
}

test mayShare {
    const expect = std.testing.expect;
    const Library = struct { tracks: std.ArrayList(*Track), name: []u8 };
    try expect(mayShare(struct { track: ?*Track }, Library));
    try expect(mayShare(struct { name: []const u8 }, Library));
    try expect(!mayShare(struct { person: *Person }, Library));
    try expect(!mayShare(struct { track: ?*Track }, Track));
}

test Pointers {
    const track: Track = .{ .number = 1 };
    const value: struct { a: ?*const Track, b: []const u8, c: [2]?*const Track, n: usize } =
        .{ .a = &track, .b = "", .c = .{ null, &track }, .n = 5000 };
    const pointers: Pointers = .of(@TypeOf(value), &value);
    try std.testing.expectEqual(2, pointers.count);
    try std.testing.expect(pointers.complete and pointers.has(@intFromPtr(&track)));
}

test idsIn {
    const ids = idsIn(Track, false);
    try std.testing.expectEqual(1, ids.len);
    try std.testing.expectEqual(ids[0], idsIn(struct { all: []Track }, true)[1]);
    try std.testing.expectEqual(1, idsIn(struct { all: []Track }, false).len);
}

test "toStructs, mayLead" {
    const track: Track = .{ .number = 1 };
    const Member = struct { track: *const Track };
    const member: Member = .{ .track = &track };
    const value: struct { name: []const u8, member: ?*const Member } =
        .{ .name = "name", .member = &member };
    const pointers: Pointers = .toStructs(@TypeOf(value), &value);
    try std.testing.expectEqualSlices(usize, &.{@intFromPtr(&member)}, pointers.slice());
    try std.testing.expect(pointers.mayLead(0, idsIn(Track, false)));
    try std.testing.expect(!pointers.mayLead(0, idsIn(Member, false)));

    const gpa = std.testing.allocator;
    var map: struct { all: std.AutoHashMapUnmanaged(u8, *const Track) } = .{ .all = .empty };
    try std.testing.expectEqual(0, Pointers.toStructs(@TypeOf(map), &map).count);
    try map.all.put(gpa, 1, &track);
    defer map.all.deinit(gpa);
    try std.testing.expect(Pointers.toStructs(@TypeOf(map), &map).mayLead(0, idsIn(Track, false)));
}

test contains {
    const gpa = std.testing.allocator;
    var blocks: Blocks = .{};
    defer blocks.deinit(gpa);
    try blocks.put(gpa, .{ .address = 64, .len = 8, .alignment = .@"1" });
    try std.testing.expect(contains(&blocks, 64, 8) and contains(&blocks, 70, 2));
    try std.testing.expect(!contains(&blocks, 64, 9) and !contains(&blocks, 72, 1));
}

test isWithin {
    const gpa = std.testing.allocator;
    var blocks: Blocks = .{};
    defer blocks.deinit(gpa);
    const Node = struct { next: ?*const @This() = null };
    var nodes: [3]Node = .{ .{}, .{}, .{} };
    nodes[0].next = &nodes[1];
    const value: struct { gpa: std.mem.Allocator, first: *const Node } =
        .{ .gpa = gpa, .first = &nodes[0] };
    try std.testing.expect(!isWithin(@TypeOf(value), &value, &.{}, &blocks, gpa));
    for (nodes[0..2]) |*node| try blocks.put(gpa, .of(std.mem.asBytes(node), .@"8"));
    try std.testing.expect(isWithin(@TypeOf(value), &value, &.{}, &blocks, gpa));
    nodes[1].next = &nodes[0]; // round and round
    for (nodes[0..2]) |*node| blocks.find(@intFromPtr(node)).?.marked = false;
    try std.testing.expect(isWithin(@TypeOf(value), &value, &.{}, &blocks, gpa));
    nodes[1].next = &nodes[2];
    for (nodes[0..2]) |*node| blocks.find(@intFromPtr(node)).?.marked = false;
    const known = [_]usize{@intFromPtr(&nodes[2])};
    try std.testing.expect(!isWithin(@TypeOf(value), &value, &known, &blocks, gpa));
    const other: @TypeOf(value) = .{ .gpa = gpa, .first = &nodes[2] };
    try std.testing.expect(isWithin(@TypeOf(value), &other, &known, &blocks, gpa));
    for (nodes[0..2]) |*node| blocks.find(@intFromPtr(node)).?.marked = false;
    try std.testing.expect(!isWithin(@TypeOf(value), &value, &.{}, &blocks, gpa));
}

test mayKeep {
    const expect = std.testing.expect;
    const Texts = struct { gpa: std.mem.Allocator, names: std.ArrayList([]const u8) };
    const Copies = struct { names: std.ArrayList([]u8), map: std.AutoHashMapUnmanaged(u8, u8) };
    const Map = struct { map: std.StringHashMapUnmanaged(u8) };
    const Linked = struct { first: ?*std.DoublyLinkedList.Node };
    try expect(mayKeep(Texts, []const u8) and mayKeep(Map, []const u8));
    try expect(mayKeep(Texts, struct { name: []const u8 }) and !mayKeep(Texts, []const f64));
    try expect(!mayKeep(Copies, []const u8) and mayKeep(Copies, []u8));
    try expect(anyKeeps()); // the classes of these tests
    try expect(mayKeep(Linked, []const u8) and !mayKeep(struct { name: []const u8 }, []const u8));
}

const Watched = struct {
    walk: Walk,
    found: usize = 0,
    const text = "looked for";
    var blocks: Blocks = .{};

    fn of() Watched {
        return .{ .walk = .{
            .visitor = .{ .visit = &visit },
            .is_object = &isObject,
            .is_there = &isThere,
            .gpa = std.testing.allocator,
        } };
    }

    fn visit(visitor: *trees.Visitor, start: usize, _: usize) void {
        const walk: *Walk = @fieldParentPtr("visitor", visitor);
        const watched: *Watched = @fieldParentPtr("walk", walk);
        if (start == @intFromPtr(text.ptr)) watched.found += 1;
    }

    fn isObject(_: *Walk, address: usize) bool {
        return address == @intFromPtr(&some_object);
    }

    fn isThere(address: usize, bytes: usize) bool {
        return (blocks.find(address) orelse return false).len >= bytes;
    }

    const Tagged = struct { name: []const u8 = "" };
    const some_object: Tagged = .{};

    /// How often the text was found; null where not all was seen.
    fn count(value: anytype) ?usize {
        var watched: Watched = .of();
        defer watched.walk.deinit();
        watched.walk.through(@TypeOf(value), &value);
        return if (watched.walk.visitor.complete) watched.found else null;
    }
};

test Walk {
    const expectEqual = std.testing.expectEqual;
    const gpa = std.testing.allocator;
    defer Watched.blocks.deinit(gpa);
    const text = Watched.text;
    var names = [_][]const u8{ "", text };
    const Names = struct { names: []const []const u8, gpa: std.mem.Allocator };
    const value: Names = .{ .names = &names, .gpa = gpa };
    var watched: Watched = .of();
    defer watched.walk.deinit();
    watched.walk.through(Names, &value);
    try std.testing.expect(!watched.walk.visitor.complete); // whose memory is it?
    try Watched.blocks.put(gpa, .of(std.mem.sliceAsBytes(&names), .@"8"));
    try expectEqual(1, Watched.count(value));

    const Node = struct { name: []const u8 = "", next: ?*const @This() = null };
    var nodes: [2]Node = .{ .{}, .{ .name = text } };
    nodes[0].next = &nodes[1];
    nodes[1].next = &nodes[0];
    try expectEqual(null, Watched.count(nodes[0]));
    for (&nodes) |*node| try Watched.blocks.put(gpa, .of(std.mem.asBytes(node), .@"8"));
    try expectEqual(1, Watched.count(struct { first: *const Node }{ .first = &nodes[0] }));
    const Other = struct { of: *const Watched.Tagged };
    try expectEqual(0, Watched.count(Other{ .of = &Watched.some_object }));

    var map: std.StringHashMapUnmanaged(u8) = .empty;
    defer map.deinit(gpa);
    try expectEqual(0, Watched.count(map));
    try map.put(gpa, text, 1);
    try expectEqual(null, Watched.count(map));
    const start = @intFromPtr(map.metadata.?) - 3 * @sizeOf(usize);
    try Watched.blocks.put(gpa, .{ .address = start, .len = 1000, .alignment = .@"8" });
    try expectEqual(1, Watched.count(map));
    var ordered: std.StringArrayHashMapUnmanaged(u8) = .empty;
    defer ordered.deinit(gpa);
    try ordered.put(gpa, text, 1);
    try expectEqual(null, Watched.count(ordered));
    const size = @TypeOf(ordered.entries).capacityInBytes(ordered.entries.capacity);
    try Watched.blocks.put(gpa, .of(ordered.entries.bytes[0..size], .@"8"));
    try expectEqual(1, Watched.count(ordered));
    const Either = union { text: []const u8, number: u8 };
    try expectEqual(1, Watched.count(Either{ .text = text }));
    const Value = union(enum) { number: f64, text: []const u8, all: []const @This() };
    var values = [_]Value{ .{ .number = 1 }, .{ .text = text }, .{ .text = "" } };
    try expectEqual(1, Watched.count(values[1]));
    try expectEqual(0, Watched.count(values[0]));
    try expectEqual(null, Watched.count(Value{ .all = &values }));
    try Watched.blocks.put(gpa, .of(std.mem.sliceAsBytes(&values), .@"8"));
    try expectEqual(1, Watched.count(Value{ .all = &values }));
    const Untagged = extern union { number: f64, all: *const Value };
    try expectEqual(null, Watched.count(Untagged{ .all = &values[0] }));
    var failed: anyerror![]const []const u8 = error.Failed;
    try expectEqual(0, Watched.count(failed));
    failed = &names;
    try expectEqual(1, Watched.count(failed));
    try expectEqual(null, Watched.count(std.DoublyLinkedList.Node{}));
}
