//! Unions that have others of their kind behind pointers: expressions, lists.

const std = @import("std");
const nano_ffi = @import("nano_ffi");

/// An expression.
pub const Expr = union(enum) {
    num: f64,
    name: []const u8,
    neg: *const Expr,
    add: struct { left: *const Expr, right: *const Expr },
    call: struct { name: []const u8, args: []const *const Expr = &.{} },

    pub fn eval(self: *const Expr) f64 {
        return switch (self.*) {
            .num => |number| number,
            .name => 0,
            .neg => |of| -of.eval(),
            .add => |both| both.left.eval() + both.right.eval(),
            .call => |call| sum: {
                var sum: f64 = 0;
                for (call.args) |arg| sum += arg.eval();
                break :sum sum;
            },
        };
    }

    pub fn format(self: Expr, writer: *std.Io.Writer) std.Io.Writer.Error!void {
        switch (self) {
            .num => |number| try writer.print("{d}", .{number}),
            .name => |name| try writer.writeAll(name),
            .neg => |of| try writer.print("-{f}", .{of}),
            .add => |both| try writer.print("({f} + {f})", .{ both.left, both.right }),
            .call => |call| {
                try writer.print("{s}(", .{call.name});
                for (call.args) |arg| try writer.print("{f};", .{arg});
                try writer.writeByte(')');
            },
        }
    }

    /// Every number of it, twice as large.
    pub fn doubled(self: Expr, gpa: std.mem.Allocator) !Expr {
        return switch (self) {
            .num => |number| .{ .num = 2 * number },
            .neg => |of| .{ .neg = try put(gpa, try of.doubled(gpa)) },
            .add => |both| .{ .add = .{
                .left = try put(gpa, try both.left.doubled(gpa)),
                .right = try put(gpa, try both.right.doubled(gpa)),
            } },
            else => error.NoNumber,
        };
    }

    fn put(gpa: std.mem.Allocator, expr: Expr) !*const Expr {
        const place = try gpa.create(Expr);
        place.* = expr;
        return place;
    }
};

/// A sum of ones, which the caller frees.
pub fn ones(gpa: std.mem.Allocator, depth: u16) !*Expr {
    var expr: *Expr = try gpa.create(Expr);
    expr.* = .{ .num = 1 };
    for (0..depth) |_| {
        const right = try gpa.create(Expr);
        right.* = .{ .num = 1 };
        const sum = try gpa.create(Expr);
        sum.* = .{ .add = .{ .left = expr, .right = right } };
        expr = sum;
    }
    return expr;
}

/// Has itself in it.
pub fn endless(gpa: std.mem.Allocator) !*const Expr {
    const expr = try gpa.create(Expr);
    expr.* = .{ .neg = expr };
    return expr;
}

pub fn maybe(given: ?*const Expr) ?*const Expr {
    return given;
}

pub fn total(all: []const *const Expr) f64 {
    var sum: f64 = 0;
    for (all) |expr| sum += expr.eval();
    return sum;
}

/// It would change what it is given.
pub fn negate(expr: *Expr) void {
    expr.* = .{ .num = -expr.eval() };
}

pub fn each(f: nano_ffi.Callback(fn (Expr) Expr), expr: Expr, gpa: std.mem.Allocator) !f64 {
    var arena: std.heap.ArenaAllocator = .init(gpa);
    defer arena.deinit();
    const given = try f.callAlloc(.{expr}, arena.allocator());
    return given.eval();
}

/// Has no functions, and pointers that are not const.
pub const Cell = union(enum) { nil, cons: struct { head: i64, tail: *Cell } };

pub fn count(list: Cell) i64 {
    return switch (list) {
        .nil => 0,
        .cons => |cell| cell.head + count(cell.tail.*),
    };
}

pub fn upTo(gpa: std.mem.Allocator, last: u8) !Cell {
    var list: Cell = .nil;
    for (0..last) |number| {
        const tail = try gpa.create(Cell);
        tail.* = list;
        list = .{ .cons = .{ .head = @intCast(number + 1), .tail = tail } };
    }
    return list;
}

/// Has no functions, and nothing but a pointer between it and itself.
pub const Nest = union(enum) {
    egg: i64,
    in: *const Nest,
    beside: struct { *const Nest, ?*const Nest },
};

pub fn nested(gpa: std.mem.Allocator, depth: u8) !Nest {
    var nest: Nest = .{ .egg = depth };
    for (0..depth) |_| {
        const inner = try gpa.create(Nest);
        inner.* = nest;
        nest = if (nest == .in) .{ .beside = .{ inner, null } } else .{ .in = inner };
    }
    return nest;
}

pub fn same_nest(nest: Nest) Nest {
    return nest;
}

/// Have tables of themselves.
pub const Table = union(enum) { number: i64, table: std.StringHashMapUnmanaged(Table) };
pub const Index = struct { number: i64 = 0, of: std.AutoHashMapUnmanaged(i64, Index) = .empty };

pub fn find(table: Table) Table {
    return table;
}

pub fn indexed(index: *const Index) i64 {
    return index.number;
}

/// Has an expression for a part.
pub const Rule = struct {
    name: []const u8,
    expr: Expr = .{ .num = 0 },
    then: ?*const Expr = null,

    pub fn value(self: *const Rule) f64 {
        return self.expr.eval() + if (self.then) |then| then.eval() else 0;
    }

    pub fn set(self: *Rule, expr: *const Expr) void {
        self.then = expr;
    }
};

/// Keeps what it is made of.
pub const Machine = struct {
    root: *const Expr,

    pub fn init(root: *const Expr) Machine {
        return .{ .root = switch (root.*) {
            .neg => |of| of,
            else => root,
        } };
    }

    pub fn run(self: *const Machine) f64 {
        return self.root.eval();
    }
};

/// As JSON has them: its tags have the names of Python's types.
pub const Json = union(enum) {
    null,
    bool: bool,
    int: i64,
    float: f64,
    str: []const u8,
    list: []const Json,
    dict: []const Member,
};
pub const Member = struct { key: []const u8, value: Json };

pub fn size(json: Json) usize {
    var values: usize = 1;
    switch (json) {
        .list => |items| for (items) |item| {
            values += size(item);
        },
        .dict => |members| for (members) |member| {
            values += size(member.value);
        },
        else => {},
    }
    return values;
}

pub fn same(json: Json) Json {
    return json;
}
