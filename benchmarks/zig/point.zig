//! A flat struct: the class P of the benchmarks. Every peer has the same.

pub const P = struct {
    x: f64 = 0,
    y: f64 = 0,
    n: i64 = 0,

    pub fn norm(self: P) f64 {
        return @sqrt(self.x * self.x + self.y * self.y);
    }

    pub fn move(self: *P, dx: f64, dy: f64) void {
        self.x += dx;
        self.y += dy;
    }

    pub fn __len__(_: *const P) usize {
        return 3;
    }

    pub fn __getitem__(self: *const P, index: usize) error{IndexOutOfBounds}!f64 {
        return switch (index) {
            0 => self.x,
            1 => self.y,
            2 => @floatFromInt(self.n),
            else => error.IndexOutOfBounds,
        };
    }

    pub fn __add__(self: P, other: P) P {
        return .{ .x = self.x + other.x, .y = self.y + other.y, .n = self.n +% other.n };
    }
};
