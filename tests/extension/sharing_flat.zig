//! What sharing_views.zig has, too: nothing but plain data.

pub const Spot = struct {
    x: i64 = 0,

    pub fn twice(self: *const Spot) i64 {
        return 2 * self.x;
    }
};
