//! What becomes of a panic in a function that Python called: the function is left where it is, and
//! the trampoline that called it goes on, with a report of what happened.
//!
//! `protect` notes where the stack is and calls a function; a panic below goes back to there, as a
//! longjmp would. What lies between is not unwound: `defer` and `errdefer` of the functions that
//! are left do not run, so memory and locks that they hold stay taken. Nothing else is skipped: no
//! frame of CPython is ever between a panic and the checkpoint it goes to, since `leave` puts a
//! barrier wherever Zig code calls Python.

const std = @import("std");
const builtin = @import("builtin");
const decimal = @import("digits.zig").decimal;
const Line = @import("Line.zig");
const root = @import("root");

/// Whether a panic can go back to `protect` on this machine. Elsewhere it ends the process.
pub const can_escape = switch (builtin.cpu.arch) {
    .x86_64, .x86, .aarch64, .arm, .riscv64, .powerpc64le, .s390x => true,
    else => false,
};

/// Whether panics are caught in this compilation: where Zig checks at run time, and the root file
/// of the extension has nano_ffi's `panic`. Otherwise a call costs nothing more.
pub const are_caught = can_escape and std.debug.runtime_safety and @hasDecl(root, "panic") and
    !builtin.is_test;

/// Whether what is noted of checkpoints and errors is for anyone.
const are_noted = are_caught or builtin.is_test;

/// What is known of a panic, or of the way of an error, until the thread's next one.
pub const Report = struct {
    buffer: [480]u8,
    length: usize,
    /// Where it happened, and from where that was called: return addresses, innermost first.
    addresses: [most_addresses]usize,
    count: usize,

    pub const most_addresses = 32;

    pub fn message(report: *const Report) []const u8 {
        return report.buffer[0..report.length];
    }

    pub fn trace(report: *const Report) []const usize {
        return report.addresses[0..report.count];
    }

    fn set(report: *Report, text: []const u8) void {
        report.length = @min(text.len, report.buffer.len);
        @memcpy(report.buffer[0..report.length], text[0..report.length]);
        // Not within a character.
        while (report.length > 0 and !std.unicode.utf8ValidateSlice(report.message()) and
            report.length + 4 > report.buffer.len) report.length -= 1;
    }
};

const Checkpoint = struct {
    /// The stack pointer inside of `guard`.
    stack: usize,
    previous: ?*Checkpoint,
};

threadlocal var top: ?*Checkpoint = null;
threadlocal var last: Report = undefined;

/// Calls `body(context)`. Null when it returned, and a report where it panicked, which is good
/// until the thread's next one.
pub fn protect(context: anytype, comptime body: fn (@TypeOf(context)) void) ?*const Report {
    const enter = struct {
        fn enter(pointer: *anyopaque) callconv(.c) void {
            body(@ptrCast(@alignCast(pointer)));
        }
    }.enter;
    return protectBy(&enter, @ptrCast(context));
}

pub const Enter = fn (*anyopaque) callconv(.c) void;

/// The same of a body that takes any context: one code for all of them.
pub noinline fn protectBy(enter: *const Enter, context: *anyopaque) ?*const Report {
    const place = &top;
    var checkpoint: Checkpoint = .{ .stack = 0, .previous = place.* };
    place.* = &checkpoint;
    defer place.* = checkpoint.previous;
    const call: *const Guard = @ptrCast(&guard);
    return if (call(&checkpoint.stack, enter, context) == 0) null else &last;
}

/// To be called before Zig code calls Python, and undone by `comeBack`: what panics below, and has
/// no checkpoint of its own, must not jump over Python.
pub fn leave() ?*anyopaque {
    if (!are_noted) return null;
    const place = &top;
    defer place.* = null;
    return place.*;
}

pub fn comeBack(token: ?*anyopaque) void {
    if (are_noted) top = @ptrCast(@alignCast(token));
}

/// Notes the way of an error that a function returned, for `errorTrace`.
pub fn noteError(stack_trace: ?*const std.lang.StackTrace) void {
    if (!are_noted) return;
    const report = &last;
    report.count = 0;
    const taken = stack_trace orelse return;
    const count = @min(taken.index, taken.instruction_addresses.len, report.addresses.len);
    @memcpy(report.addresses[0..count], taken.instruction_addresses[0..count]);
    report.count = count;
}

/// Where the last error on this thread came from, innermost first. Empty where it is not known.
pub fn errorTrace() []const usize {
    return if (are_noted) last.trace() else &.{};
}

/// This thread's, for what was carried here from another one.
pub fn lastReport() *Report {
    return &last;
}

/// What Zig calls where its own checks fail: all as std has it, but texts with numbers and names in
/// them are made without std.fmt.
pub fn Checks(comptime panic: fn ([]const u8, ?usize) noreturn) type {
    const plain = std.debug.FullPanic(panic);
    return struct {
        pub const call = panic;
        pub const reachedUnreachable = plain.reachedUnreachable;
        pub const unwrapNull = plain.unwrapNull;
        pub const castToNull = plain.castToNull;
        pub const incorrectAlignment = plain.incorrectAlignment;
        pub const invalidErrorCode = plain.invalidErrorCode;
        pub const integerOutOfBounds = plain.integerOutOfBounds;
        pub const integerOverflow = plain.integerOverflow;
        pub const shlOverflow = plain.shlOverflow;
        pub const shrOverflow = plain.shrOverflow;
        pub const divideByZero = plain.divideByZero;
        pub const exactDivisionRemainder = plain.exactDivisionRemainder;
        pub const integerPartOutOfBounds = plain.integerPartOutOfBounds;
        pub const corruptSwitch = plain.corruptSwitch;
        pub const shiftRhsTooBig = plain.shiftRhsTooBig;
        pub const invalidEnumValue = plain.invalidEnumValue;
        pub const forLenMismatch = plain.forLenMismatch;
        pub const copyLenMismatch = plain.copyLenMismatch;
        pub const memcpyAlias = plain.memcpyAlias;
        pub const noreturnReturned = plain.noreturnReturned;
        pub const loadUninstantiableType = plain.loadUninstantiableType;

        pub fn sentinelMismatch(expected: anytype, found: @TypeOf(expected)) noreturn {
            @branchHint(.cold);
            const info = @typeInfo(@TypeOf(expected));
            if (info != .int or info.int.bits > 64) plain.sentinelMismatch(expected, found);
            const first = @returnAddress();
            fail(first, .{ "sentinel mismatch: expected ", expected, ", found ", found });
        }
        pub fn unwrapError(err: anyerror) noreturn {
            @branchHint(.cold);
            fail(@returnAddress(), .{ "attempt to unwrap error: ", @errorName(err) });
        }
        pub fn outOfBounds(index: usize, len: usize) noreturn {
            @branchHint(.cold);
            fail(@returnAddress(), .{ "index out of bounds: index ", index, ", len ", len });
        }
        pub fn startGreaterThanEnd(start: usize, end: usize) noreturn {
            @branchHint(.cold);
            const first = @returnAddress();
            fail(first, .{ "start index ", start, " is larger than end index ", end });
        }
        pub fn inactiveUnionField(active: anytype, accessed: @TypeOf(active)) noreturn {
            @branchHint(.cold);
            const names = .{ @tagName(accessed), @tagName(active) };
            const first = @returnAddress();
            fail(first, .{
                "access of union field '", names[0], "' while field '", names[1], "' is active",
            });
        }
        pub fn sliceCastLenRemainder(len: usize) noreturn {
            @branchHint(.cold);
            const first = @returnAddress();
            const behind = "' does not divide exactly into destination elements";
            fail(first, .{ "slice length '", len, behind });
        }
        pub fn unexpectedErrorCode(err: anyerror) noreturn {
            @branchHint(.cold);
            const first = @returnAddress();
            fail(first, .{ "unexpected error code, found error.", @errorName(err) });
        }

        fn fail(first: usize, parts: anytype) noreturn {
            var buffer: [480]u8 = undefined;
            var line: Line = .init(&buffer);
            inline for (parts) |part|
                if (@typeInfo(@TypeOf(part)) == .int) line.number(part) else line.add(part);
            panic(line.text(), first);
        }
    };
}

/// A panic handler: back to the checkpoint, or, where there is none, `end` with the text of why.
pub fn panicking(
    text: []const u8,
    first: ?usize,
    comptime end: fn ([*:0]const u8) noreturn,
) noreturn {
    @branchHint(.cold);
    const checkpoint = (if (can_escape) top else null) orelse {
        var buffer: [600]u8 = undefined;
        var line: Line = .init(&buffer);
        line.add("panic in Zig code: ");
        line.add(text);
        end(line.text());
    };
    const report = &last;
    report.set(text);
    report.count = walk(&report.addresses, first, @intFromPtr(checkpoint));
    const jump: *const fn (usize) callconv(.c) noreturn = @ptrCast(&escape);
    jump(checkpoint.stack);
}

/// The return addresses of the frames below `limit`, by the chain of frame pointers, from the one
/// that is `first` on. Reads nothing but this thread's stack, whatever the chain is.
noinline fn walk(addresses: []usize, first: ?usize, limit: usize) usize {
    const word = @sizeOf(usize);
    var count: usize = 0;
    var frame = @frameAddress();
    var waits = first != null;
    const low = frame;
    const offset = switch (builtin.cpu.arch) {
        .x86_64, .x86, .aarch64 => 0,
        .riscv64 => 2 * word, // the frame pointer is behind the two
        else => { // no chain that is known
            if (first) |address| addresses[0] = address;
            return @intFromBool(first != null);
        },
    };
    while (frame > low - 1 and frame < limit and frame % word == 0 and count < addresses.len) {
        const pair: *const [2]usize = @ptrFromInt(frame - offset);
        if (pair[1] == first) waits = false;
        if (!waits) {
            addresses[count] = pair[1];
            count += 1;
        }
        if (pair[0] <= frame) break;
        frame = pair[0];
    }
    if (waits or count == 0) { // a frame without a pointer is in between
        if (first) |address| addresses[0] = address;
        return @intFromBool(first != null);
    }
    return @max(count - 1, 1); // the last one is in `guard`
}

const Guard = fn (
    stack: *usize,
    enter: *const fn (*anyopaque) callconv(.c) void,
    *anyopaque,
) callconv(.c) c_int;

/// Saves the registers that a function must keep, and the stack pointer in `stack`, and calls
/// `enter`. Returns 0 after it, and 1 when `escape` is called with the saved stack pointer. A
/// function without a prologue, so that for its caller it is an ordinary one, which returns once.
fn guard() callconv(.naked) c_int {
    switch (builtin.cpu.arch) {
        .x86_64 => if (builtin.os.tag == .windows) asm volatile (push_windows ++
                \\ movq %%rsp, (%%rcx)
                \\ movq %%r8, %%rcx
                \\ subq $32, %%rsp
                \\ callq *%%rdx
                \\ addq $32, %%rsp
                \\ xorl %%eax, %%eax
                \\
            ++ pop_windows) else asm volatile (
            \\ pushq %%rbp
            \\ pushq %%rbx
            \\ pushq %%r12
            \\ pushq %%r13
            \\ pushq %%r14
            \\ pushq %%r15
            \\ subq $8, %%rsp
            \\
        ++ callFrame("rsp", 64, .{ "rbp", "rbx", "r12", "r13", "r14", "r15" }, -16, -8) ++
            \\ movq %%rsp, (%%rdi)
            \\ movq %%rdx, %%rdi
            \\ callq *%%rsi
            \\ xorl %%eax, %%eax
            \\
        ++ pop_x86_64),
        .x86 => asm volatile (
            \\ pushl %%ebp
            \\ pushl %%ebx
            \\ pushl %%esi
            \\ pushl %%edi
            \\ movl 20(%%esp), %%eax
            \\ movl 24(%%esp), %%ecx
            \\ movl 28(%%esp), %%edx
            \\ movl %%esp, (%%eax)
            \\ subl $12, %%esp
            \\ movl %%edx, (%%esp)
            \\ calll *%%ecx
            \\ addl $12, %%esp
            \\ xorl %%eax, %%eax
            \\
        ++ pop_x86),
        .aarch64 => asm volatile (
            \\ stp x29, x30, [sp, #-160]!
            \\ stp x19, x20, [sp, #16]
            \\ stp x21, x22, [sp, #32]
            \\ stp x23, x24, [sp, #48]
            \\ stp x25, x26, [sp, #64]
            \\ stp x27, x28, [sp, #80]
            \\ stp d8, d9, [sp, #96]
            \\ stp d10, d11, [sp, #112]
            \\ stp d12, d13, [sp, #128]
            \\ stp d14, d15, [sp, #144]
            \\
        ++ callFrame("sp", 160, .{
            "x29", "x30", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28",
        }, -160, 8) ++
            \\ mov x9, sp
            \\ str x9, [x0]
            \\ mov x0, x2
            \\ blr x1
            \\ mov w0, #0
            \\
        ++ pop_aarch64),
        .arm => asm volatile (
            \\ push {r4, r5, r6, r7, r8, r9, r10, r11, r12, lr}
            \\ vpush {d8, d9, d10, d11, d12, d13, d14, d15}
            \\ str sp, [r0]
            \\ mov r0, r2
            \\ blx r1
            \\ mov r0, #0
            \\
        ++ pop_arm),
        .riscv64 => asm volatile (riscv64("s", "addi sp, sp, -208\n") ++
                \\ sd sp, 0(a0)
                \\ mv a0, a2
                \\ jalr a1
                \\ li a0, 0
                \\
            ++ pop_riscv64),
        .s390x => asm volatile (
            \\ stmg %%r6, %%r15, 48(%%r15)
            \\ aghi %%r15, -224
            \\ std %%f8, 160(%%r15)
            \\ std %%f9, 168(%%r15)
            \\ std %%f10, 176(%%r15)
            \\ std %%f11, 184(%%r15)
            \\ std %%f12, 192(%%r15)
            \\ std %%f13, 200(%%r15)
            \\ std %%f14, 208(%%r15)
            \\ std %%f15, 216(%%r15)
            \\ stg %%r15, 0(%%r2)
            \\ lgr %%r2, %%r4
            \\ basr %%r14, %%r3
            \\ lghi %%r2, 0
            \\
        ++ pop_s390x),
        .powerpc64le => asm volatile (
            \\ mflr 0
            \\ std 0, 16(1)
            \\ mfcr 0
            \\ stw 0, 8(1)
            \\ stdu 1, -528(1)
            \\ std 2, 24(1)
            \\
        ++ powerpc64le("std", "stfd", "stvx") ++
            \\ std 1, 0(3)
            \\ mr 3, 5
            \\ mr 12, 4
            \\ mtctr 4
            \\ bctrl
            \\ li 3, 0
            \\
        ++ pop_powerpc64le),
        else => comptime unreachable,
    }
}

/// Call frame information, by which debuggers and profilers find who called `guard`: how far above
/// the stack pointer its frame begins, and where in it the registers are, from `first` on. It holds
/// for the call of `enter`, and not for each of the few instructions around it. Zig's own backend,
/// which makes what `Debug` runs on x86_64, knows none.
fn callFrame(
    comptime stack: []const u8,
    comptime size: usize,
    comptime registers: anytype,
    comptime first: isize,
    comptime step: isize,
) []const u8 {
    // Windows has tables of another kind.
    if (builtin.unwind_tables == .none or builtin.zig_backend != .stage2_llvm or
        builtin.os.tag == .windows) return "";
    const percent = if (builtin.cpu.arch.isX86()) "%%" else "";
    var text: []const u8 = ".cfi_def_cfa " ++ percent ++ stack ++ ", " ++ decimal(size) ++ "\n";
    for (registers, 0..) |register, index| text = text ++ ".cfi_offset " ++ percent ++ register ++
        ", " ++ decimal(first + step * @as(isize, index)) ++ "\n";
    return text;
}

/// Makes the call of `guard` that saved `stack` return 1.
fn escape() callconv(.naked) noreturn {
    switch (builtin.cpu.arch) {
        .x86_64 => if (builtin.os.tag == .windows) asm volatile (
            \\ movq %%rcx, %%rsp
            \\ movl $1, %%eax
            \\
        ++ pop_windows) else asm volatile (
            \\ movq %%rdi, %%rsp
            \\ movl $1, %%eax
            \\
        ++ pop_x86_64),
        .x86 => asm volatile (
            \\ movl 4(%%esp), %%esp
            \\ movl $1, %%eax
            \\
        ++ pop_x86),
        .aarch64 => asm volatile (
            \\ mov sp, x0
            \\ mov w0, #1
            \\
        ++ pop_aarch64),
        .arm => asm volatile (
            \\ mov sp, r0
            \\ mov r0, #1
            \\
        ++ pop_arm),
        .riscv64 => asm volatile (
            \\ mv sp, a0
            \\ li a0, 1
            \\
        ++ pop_riscv64),
        .s390x => asm volatile (
            \\ lgr %%r15, %%r2
            \\ lghi %%r2, 1
            \\
        ++ pop_s390x),
        .powerpc64le => asm volatile (
            \\ mr 1, 3
            \\ li 3, 1
            \\
        ++ pop_powerpc64le),
        else => comptime unreachable,
    }
}

const pop_x86_64 =
    \\ addq $8, %%rsp
    \\ popq %%r15
    \\ popq %%r14
    \\ popq %%r13
    \\ popq %%r12
    \\ popq %%rbx
    \\ popq %%rbp
    \\ retq
;

/// Windows has the functions it calls keep two more registers, and ten of SSE.
const push_windows = pushes: {
    var text: []const u8 = "";
    for (.{ "rbp", "rbx", "rdi", "rsi", "r12", "r13", "r14", "r15" }) |name|
        text = text ++ "pushq %%" ++ name ++ "\n";
    text = text ++ "subq $168, %%rsp\n";
    for (6..16) |number|
        text = text ++ std.fmt.comptimePrint(
            "movaps %%xmm{d}, {d}(%%rsp)\n",
            .{ number, (number - 6) * 16 },
        );
    break :pushes text;
};
const pop_windows = pops: {
    var text: []const u8 = "";
    for (6..16) |number|
        text = text ++ std.fmt.comptimePrint(
            "movaps {d}(%%rsp), %%xmm{d}\n",
            .{ (number - 6) * 16, number },
        );
    text = text ++ "addq $168, %%rsp\n";
    for (.{ "r15", "r14", "r13", "r12", "rsi", "rdi", "rbx", "rbp" }) |name|
        text = text ++ "popq %%" ++ name ++ "\n";
    break :pops text ++ "retq\n";
};

const pop_x86 =
    \\ popl %%edi
    \\ popl %%esi
    \\ popl %%ebx
    \\ popl %%ebp
    \\ retl
;

const pop_aarch64 =
    \\ ldp x19, x20, [sp, #16]
    \\ ldp x21, x22, [sp, #32]
    \\ ldp x23, x24, [sp, #48]
    \\ ldp x25, x26, [sp, #64]
    \\ ldp x27, x28, [sp, #80]
    \\ ldp d8, d9, [sp, #96]
    \\ ldp d10, d11, [sp, #112]
    \\ ldp d12, d13, [sp, #128]
    \\ ldp d14, d15, [sp, #144]
    \\ ldp x29, x30, [sp], #160
    \\ ret
;

const pop_arm =
    \\ vpop {d8, d9, d10, d11, d12, d13, d14, d15}
    \\ pop {r4, r5, r6, r7, r8, r9, r10, r11, r12, pc}
;

const pop_riscv64 = riscv64("l", "") ++ "addi sp, sp, 208\nret\n";

/// Stores ("s") or loads ("l") ra, s0 to s11, and fs0 to fs11.
fn riscv64(comptime way: []const u8, comptime before: []const u8) []const u8 {
    comptime {
        var text: []const u8 = before ++ way ++ "d ra, 0(sp)\n";
        for (0..12) |number|
            text = text ++ std.fmt.comptimePrint("{s}d s{d}, {d}(sp)\nf{s}d fs{d}, {d}(sp)\n", .{
                way, number, 8 + number * 8, way, number, 104 + number * 8,
            });
        return text;
    }
}

const pop_s390x =
    \\ ld %%f8, 160(%%r15)
    \\ ld %%f9, 168(%%r15)
    \\ ld %%f10, 176(%%r15)
    \\ ld %%f11, 184(%%r15)
    \\ ld %%f12, 192(%%r15)
    \\ ld %%f13, 200(%%r15)
    \\ ld %%f14, 208(%%r15)
    \\ ld %%f15, 216(%%r15)
    \\ lmg %%r6, %%r15, 272(%%r15)
    \\ br %%r14
;

const pop_powerpc64le = powerpc64le("ld", "lfd", "lvx") ++
    \\ addi 1, 1, 528
    \\ lwz 0, 8(1)
    \\ mtcrf 56, 0
    \\ ld 0, 16(1)
    \\ mtlr 0
    \\ blr
;

/// Stores or loads r14 to r31, f14 to f31, and v20 to v31.
fn powerpc64le(
    comptime int: []const u8,
    comptime float: []const u8,
    comptime vector: []const u8,
) []const u8 {
    comptime {
        @setEvalBranchQuota(1_000_000_000);
        var text: []const u8 = "";
        for (14..32) |number|
            text = text ++ std.fmt.comptimePrint("{s} {d}, {d}(1)\n{s} {d}, {d}(1)\n", .{
                int, number, 32 + (number - 14) * 8, float, number, 176 + (number - 14) * 8,
            });
        for (20..32) |number|
            text = text ++ std.fmt.comptimePrint("li 11, {d}\n{s} {d}, 11, 1\n", .{
                320 + (number - 20) * 16, vector, number,
            });
        return text;
    }
}

test Checks {
    const panic = struct {
        fn panic(_: []const u8, _: ?usize) noreturn {
            unreachable;
        }
    }.panic;
    const zigs = std.debug.FullPanic(panic);
    const ours = Checks(panic);
    inline for (@typeInfo(zigs).@"struct".decl_names) |name|
        try std.testing.expect(@hasDecl(ours, name));
    const same = .{
        .{ zigs.unwrapError, ours.unwrapError },
        .{ zigs.outOfBounds, ours.outOfBounds },
        .{ zigs.startGreaterThanEnd, ours.startGreaterThanEnd },
        .{ zigs.sliceCastLenRemainder, ours.sliceCastLenRemainder },
        .{ zigs.unexpectedErrorCode, ours.unexpectedErrorCode },
    };
    inline for (same) |pair| comptime std.debug.assert(@TypeOf(pair[0]) == @TypeOf(pair[1]));
    // These two take any type.
    inline for (.{ ours.sentinelMismatch, ours.inactiveUnionField }) |function|
        try std.testing.expectEqual(2, @typeInfo(@TypeOf(function)).@"fn".param_types.len);
}

test protect {
    if (!can_escape) return error.SkipZigTest;
    const Work = struct {
        depth: usize,
        done: bool = false,

        fn run(work: *@This()) void {
            var kept: [64]u8 = @splat(7);
            std.mem.doNotOptimizeAway(&kept);
            if (work.depth > 0) {
                work.depth -= 1;
                return run(work);
            }
            if (!work.done) panicking("the text", @returnAddress(), never);
        }
        fn never(_: [*:0]const u8) noreturn {
            unreachable;
        }
        fn enter(context: *anyopaque) callconv(.c) void {
            run(@ptrCast(@alignCast(context)));
        }
        fn nested(work: *@This()) void {
            const report = protectBy(&enter, work).?;
            std.debug.assert(std.mem.eql(u8, report.message(), "the text"));
            work.done = true;
        }
    };
    var work: Work = .{ .depth = 3 };
    for (0..1000) |_| {
        const report = protect(&work, Work.run).?;
        try std.testing.expectEqualStrings("the text", report.message());
        try std.testing.expect(report.trace().len > 0);
        try std.testing.expectEqual(null, top);
    }
    // The inner one is caught by the inner checkpoint, and the outer function goes on.
    try std.testing.expectEqual(null, protect(&work, Work.nested));
    try std.testing.expect(work.done);
    try std.testing.expectEqual(null, protect(&work, Work.run));
}

test leave {
    const Work = struct {
        fn run(_: *@This()) void {
            const token = leave();
            defer comeBack(token);
            std.debug.assert(top == null);
        }
    };
    var work: Work = .{};
    try std.testing.expectEqual(null, protect(&work, Work.run));
    try std.testing.expectEqual(null, top);
}

test noteError {
    var addresses = [_]usize{ 1, 2, 3 };
    noteError(&.{ .index = 2, .instruction_addresses = &addresses });
    try std.testing.expectEqualSlices(usize, &.{ 1, 2 }, errorTrace());
    try std.testing.expectEqual(2, lastReport().count);
    noteError(null);
    try std.testing.expectEqual(0, errorTrace().len);
}
