//! error: nano_ffi: 'fill': parameter 'job' has type parameter_written_part.Job, in which a slice is not const
const bridge = @import("nano_ffi").bridge;
const Job = struct { data: []u8, value: u8 };
fn fill(job: Job) void {
    @memset(job.data, job.value);
}
comptime {
    _ = bridge.makeTrampoline(fill, .{ .name = "fill", .params = .{"job"} }).sig;
}
