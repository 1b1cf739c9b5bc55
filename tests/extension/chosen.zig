//! What is left out by hand.

pub fn f() i64 {
    return 1;
}

pub fn g() i64 {
    return 2;
}

pub const Hidden = struct { x: i64 };
pub const limit = 3;

pub fn hidden() Hidden {
    return .{ .x = 2 };
}

pub const Only = struct {
    x: i64,

    pub fn init(x: i64) Only {
        return .{ .x = x + 1 };
    }

    pub fn kept(self: Only) i64 {
        return self.x;
    }

    pub fn other(self: Only) i64 {
        return self.x;
    }

    pub const nano_ffi_options = .{ .only = .{"kept"} };
};

pub fn only() i64 {
    return 4;
}

pub fn skip() i64 {
    return 5;
}

pub const nano_ffi_options = .{
    .skip = .{ "g", "Hidden", "limit" },
    .only = .{ .gil = .released },
};
